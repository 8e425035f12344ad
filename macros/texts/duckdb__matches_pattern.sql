{% macro duckdb__matches_pattern(text_column, pattern) -%}
    regexp_matches({{ text_column }}, {{ pattern }}, 'is')
{%- endmacro %}
