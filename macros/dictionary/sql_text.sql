{#- A text as a literal on one line; NULL where there is none. -#}
{% macro sql_text(text) -%}
    {%- if text -%}
        '{{ (text | string).split() | join(" ") | replace("'", "''") }}'
    {%- else -%}
        null
    {%- endif -%}
{%- endmacro %}
