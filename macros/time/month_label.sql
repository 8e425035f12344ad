{#- A month as people write it, such as 2026-01; NULL for NULL. -#}
{% macro month_label(month_column) -%}
    substring(cast({{ month_column }} as varchar), 1, 7)
{%- endmacro %}
