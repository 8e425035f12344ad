{% macro duckdb__each_month(first_month, last_month) -%}
    cast(
        unnest(
            generate_series({{ first_month }}, {{ last_month }}, interval 1 month)
        ) as date
    )
{%- endmacro %}
