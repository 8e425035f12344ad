{#- A date so many months later (earlier, where negative), as a date. -#}
{% macro months_later(date_column, months) -%}
    cast({{ dbt.dateadd("month", months, date_column) }} as date)
{%- endmacro %}
