{#- The first day of the month that a date lies in, as a date. -#}
{% macro month_of(date_column) -%}
    cast({{ dbt.date_trunc("month", date_column) }} as date)
{%- endmacro %}
