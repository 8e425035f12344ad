{#- A value kept within bounds; a bound that is none does not bind. The value must not
    be NULL: `greatest` and `least` would skip it and return the bound. -#}
{% macro clamp(value, lower=none, upper=none) -%}
    {%- set value = value if upper is none else "least(" ~ upper ~ ", " ~ value ~ ")" -%}
    {{ value if lower is none else "greatest(" ~ lower ~ ", " ~ value ~ ")" }}
{%- endmacro %}
