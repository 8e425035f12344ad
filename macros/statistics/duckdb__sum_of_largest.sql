{#- Keeps n values per group; ranking all of them would sort every customer. -#}
{% macro duckdb__sum_of_largest(value, n) -%}
    list_sum(max({{ value }}, {{ n }}))
{%- endmacro %}
