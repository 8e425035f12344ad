{#- A struct rather than json_object(): the parser that finds the lineage of columns takes
    a column named `value` within json_object() for a keyword, and fails the run. -#}
{% macro duckdb__json_object(members) -%}
    cast(to_json({
        {%- for name, expression in members %}
        '{{ name }}': {{ expression }}{{ "," if not loop.last }}
        {%- endfor %}
    }) as varchar)
{%- endmacro %}
