{#- Logarithm of the gamma function of a positive number. -#}
{% macro log_gamma(x) -%}
    {{ adapter.dispatch("log_gamma")(x) }}
{%- endmacro %}
