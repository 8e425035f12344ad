{#- A share in words, such as 42.5 %; NULL where it is. -#}
{% macro percent_text(share) -%}
    cast(cast(round(100 * ({{ share }}), 1) as decimal(18, 1)) as varchar) || ' %'
{%- endmacro %}
