{#- The regularised incomplete beta function I_x(a, b): the probability that a beta
    variable is at most x (tail 'lower') or above it ('upper'), to 1e-9. a and b are
    multiples of 1/2 up to 100,000, as counts and halves of degrees of freedom are.

    In the angle y whose squared sine is x, the density
    2 sin(y)^(2 a - 1) cos(y)^(2 b - 1) / B(a, b) is smooth, and its logarithm is curved
    by at least (sqrt(2 a - 1) + sqrt(2 b - 1))^2: what lies more than six times the root
    of 2 over the root of that beyond the point does not matter.

    a, b, x: names of columns. -#}
{% macro incomplete_beta(a, b, x, tail="lower") -%}
    {%- set sines, cosines = "(2 * " ~ a ~ " - 1)", "(2 * " ~ b ~ " - 1)" -%}
    {%- set angle = "atan2(sqrt(" ~ x ~ "), sqrt(1 - " ~ x ~ "))" -%}
    {%- set width = "6 * sqrt(2e0) / (sqrt(" ~ sines ~ ") + sqrt(" ~ cosines ~ "))" -%}
    {%- set density -%}
        {{ sines }} * ln(sin(Y)) + {{ cosines }} * ln(cos(Y)) + ln(2e0)
        + {{ log_gamma(a ~ " + " ~ b) }} - {{ log_gamma(a) }} - {{ log_gamma(b) }}
    {%- endset -%}
    case
        when {{ x }} <= 0 then {{ "0e0" if tail == "lower" else "1e0" }}
        when {{ x }} >= 1 then {{ "1e0" if tail == "lower" else "0e0" }}
        when {{ x }} > 0 and {{ a }} >= 0.5 and {{ b }} >= 0.5
            then {{ quadrature_tail(
                is_above=x ~ " * " ~ cosines ~ " > (1 - " ~ x ~ ") * " ~ sines,
                logarithm=density,
                start=angle,
                above="least(" ~ width ~ ", acos(0e0) - " ~ angle ~ ")",
                below="least(" ~ width ~ ", " ~ angle ~ ")",
                tail=tail
            ) }}
    end
{%- endmacro %}
