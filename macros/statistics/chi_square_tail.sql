{#- The probability that chi-square with df degrees of freedom exceeds a value: the p of a
    log-rank test, with df 1.

    df: a column or a whole number; value: the name of a column. -#}
{% macro chi_square_tail(value, df) -%}
    {{ incomplete_gamma("(" ~ df ~ " / 2e0)", "(" ~ value ~ " / 2e0)", "upper") }}
{%- endmacro %}
