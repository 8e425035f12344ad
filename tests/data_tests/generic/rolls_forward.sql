{#- The opening and all that moved make the closing, in every row. A NULL anywhere is a
    failure: nothing can be added up with it.

    movements: the columns that are added to the opening, with their sign.
    closing: the column that they lead to. -#}
{% test rolls_forward(model, column_name, movements, closing) %}

select
    'the movements do not lead to {{ closing }}' as failure,
    *

from {{ model }}

where
    (
        {{ column_name }} + {{ movements | join(" + ") }}
    ) is distinct from {{ closing }}

{% endtest %}
