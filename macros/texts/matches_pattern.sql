{#- Whether a regular expression finds something in a text, whatever the case and across
    lines; NULL for a NULL. -#}
{% macro matches_pattern(text_column, pattern) -%}
    {{ adapter.dispatch("matches_pattern")(text_column, pattern) }}
{%- endmacro %}
