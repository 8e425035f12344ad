{#- First days of the quarters from one to another, both included, one row each: for a
    select list. An empty span gives no row. -#}
{% macro each_quarter(first_quarter, last_quarter) -%}
    {{ adapter.dispatch("each_quarter")(first_quarter, last_quarter) }}
{%- endmacro %}
