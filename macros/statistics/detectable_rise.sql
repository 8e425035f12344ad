{#- One step towards the smallest rise from a share p that two samples of n each detect
    at 5 % (two-sided) with a power of 80 %: the rise that the step before takes for its
    variances. Begin with 0; four steps settle it (metrics 1.7: 356 each for 30 to 40 %).

    p, n, rise: names of columns. -#}
{% macro detectable_rise(p, n, rise) -%}
    (
        {{ z_975() }} * sqrt(
            2 * ({{ p }} + {{ rise }} / 2) * (1 - {{ p }} - {{ rise }} / 2)
        )
        + 0.841621233572914e0 * sqrt(
            {{ p }} * (1 - {{ p }})
            + ({{ p }} + {{ rise }}) * (1 - {{ p }} - {{ rise }})
        )
    ) / sqrt({{ n }})
{%- endmacro %}
