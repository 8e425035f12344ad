{#- DuckDB has it under the name of the C library. -#}
{% macro duckdb__log_gamma(x) -%}
    lgamma(cast({{ x }} as double))
{%- endmacro %}
