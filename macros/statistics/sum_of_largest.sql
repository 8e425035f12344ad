{#- Sum of the n largest values of a group, or of all where there are no more: an
    aggregate. Which of equal values are taken does not matter; NULL is no value. -#}
{% macro sum_of_largest(value, n) -%}
    {{ adapter.dispatch("sum_of_largest")(value, n) }}
{%- endmacro %}
