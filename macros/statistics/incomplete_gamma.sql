{#- The regularised incomplete gamma function: the probability that a gamma variable of
    this shape is at most x (tail 'lower') or above it ('upper'), to 1e-9. The shape is a
    multiple of 1/2 up to 100,000, as half a number of degrees of freedom is.

    In y = sqrt(x) the density 2 y^(2 shape - 1) exp(-y^2) / Gamma(shape) is smooth, and
    away from its mode falls at least as fast as exp(-(y - mode)^2): what lies more than
    six beyond the point does not matter.

    shape, x: names of columns. -#}
{% macro incomplete_gamma(shape, x, tail="lower") -%}
    {%- set power = "(2 * " ~ shape ~ " - 1)" -%}
    {%- set density -%}
        {{ power }} * ln(Y) - Y * Y + ln(2e0) - {{ log_gamma(shape) }}
    {%- endset -%}
    case
        when {{ x }} <= 0 and {{ shape }} > 0 then {{ "0e0" if tail == "lower" else "1e0" }}
        when {{ x }} > 0 and {{ shape }} > 0
            then {{ quadrature_tail(
                is_above="2 * " ~ x ~ " > " ~ power,
                logarithm=density,
                start="sqrt(" ~ x ~ ")",
                above="6e0",
                below="least(6e0, sqrt(" ~ x ~ "))",
                tail=tail
            ) }}
    end
{%- endmacro %}
