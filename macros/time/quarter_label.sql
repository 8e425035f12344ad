{#- A quarter by any day of it, as text: 2026-Q1. -#}
{% macro quarter_label(quarter) -%}
    cast(year({{ quarter }}) as varchar) || '-Q' || cast(quarter({{ quarter }}) as varchar)
{%- endmacro %}
