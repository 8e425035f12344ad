{#- A text that holds one JSON object.

    members: pairs of a name and an expression. -#}
{% macro json_object(members) -%}
    {{ adapter.dispatch("json_object")(members) }}
{%- endmacro %}
