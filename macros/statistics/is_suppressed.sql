{#- True when a sample of n is too small for its estimate to be shown at all
    (metrics C10: n < 10). Its counts are kept. -#}
{% macro is_suppressed(n) -%}
    coalesce(({{ n }}) < 10, true)
{%- endmacro %}
