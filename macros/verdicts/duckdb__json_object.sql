{% macro duckdb__json_object(members) -%}
    cast(json_object(
        {%- for name, expression in members %}
        '{{ name }}', {{ expression }}{{ "," if not loop.last }}
        {%- endfor %}
    ) as varchar)
{%- endmacro %}
