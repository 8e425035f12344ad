{% macro duckdb__each_quarter(first_quarter, last_quarter) -%}
    cast(
        unnest(
            generate_series({{ first_quarter }}, {{ last_quarter }}, interval 3 month)
        ) as date
    )
{%- endmacro %}
