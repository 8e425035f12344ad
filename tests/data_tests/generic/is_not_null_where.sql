{#- A column has a value in every row that meets a condition.

    condition: a SQL predicate over the columns of the model. -#}
{% test is_not_null_where(model, column_name, condition) %}

select
    '{{ column_name }} is null where it must not be' as failure,
    *

from {{ model }}

where
    ({{ condition }})
    and {{ column_name }} is null

{% endtest %}
