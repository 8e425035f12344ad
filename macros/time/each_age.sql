{#- Whole numbers from 0 to a last one, both included, one row each: for a select list. -#}
{% macro each_age(last_age) -%}
    {{ adapter.dispatch("each_age")(last_age) }}
{%- endmacro %}
