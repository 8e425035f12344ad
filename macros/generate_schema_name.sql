{#- A custom schema is used exactly as written (`core`, not `main_core`): the schema
    is half of the asset key and of what readers type. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
{%- endmacro %}
