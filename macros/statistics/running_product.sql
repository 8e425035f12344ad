{#- Product of a double over a window (see running_window); NULL is no factor. A sum of
    logarithms is none: it ends where a factor is zero (metrics section 0). -#}
{% macro running_product(factor, window) -%}
    {{ adapter.dispatch("running_product")(factor, window) }}
{%- endmacro %}
