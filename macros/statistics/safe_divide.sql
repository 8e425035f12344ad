{#- numerator / denominator as a double; NULL, never 0 and never infinity, when the
    denominator is zero or NULL (metrics C7). -#}
{% macro safe_divide(numerator, denominator) -%}
    (cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0))
{%- endmacro %}
