{#- The 97.5 % point of the standard normal distribution: the z of every two-sided
    95 % interval (metrics C9). The exponent makes the literal a double. -#}
{% macro z_975() -%}
    1.959963984540054e0
{%- endmacro %}
