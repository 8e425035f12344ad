{#- The first day of the quarter that a date lies in, as a date. -#}
{% macro quarter_of(date_column) -%}
    cast({{ dbt.date_trunc("quarter", date_column) }} as date)
{%- endmacro %}
