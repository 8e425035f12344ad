{#- First days of the months from one to another, both included, one row each: for a
    select list. An empty span gives no row. -#}
{% macro each_month(first_month, last_month) -%}
    {{ adapter.dispatch("each_month")(first_month, last_month) }}
{%- endmacro %}
