{% macro duckdb__each_age(last_age) -%}
    unnest(generate_series(0, {{ last_age }}))
{%- endmacro %}
