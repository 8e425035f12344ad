{#- DuckDB has the product of a window. -#}
{% macro duckdb__running_product(factor, window) -%}
    product({{ factor }}) over {{ window }}
{%- endmacro %}
