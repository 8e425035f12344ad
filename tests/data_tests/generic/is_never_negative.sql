{#- No value of a column is below zero; NULL is no value. -#}
{% test is_never_negative(model, column_name) %}

{{ test_values_are_between(model, column_name, min_value=0) }}

{% endtest %}
