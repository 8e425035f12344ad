{#- A quarter by its first day, as text: 2026-Q1. -#}
{% macro quarter_label(quarter) -%}
    cast(extract('year' from {{ quarter }}) as varchar)
    || '-Q'
    || cast(extract('quarter' from {{ quarter }}) as varchar)
{%- endmacro %}
