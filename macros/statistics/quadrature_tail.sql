{#- The probability below a point (tail 'lower') or above it ('upper') by quadrature of
    the density, away from its mode: the side that is small is integrated, so that a
    small probability has no error of rounding from the large one.

    is_above: whether the point lies above the mode. logarithm, start: as quadrature has
    them. above, below: how far to integrate on either side. -#}
{% macro quadrature_tail(is_above, logarithm, start, above, below, tail) -%}
    {%- if tail not in ("lower", "upper") -%}
        {{ exceptions.raise_compiler_error(
            "tail of a distribution is '" ~ tail ~ "'; give 'lower' or 'upper'"
        ) }}
    {%- endif -%}
    case
        when {{ is_above }}
            then {{ "1 - " if tail == "lower" }}
            {{- quadrature(logarithm, start, above, "+") }}
        else {{ "1 - " if tail == "upper" }}
            {{- quadrature(logarithm, start, below, "-") }}
    end
{%- endmacro %}
