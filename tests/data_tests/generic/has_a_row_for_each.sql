{#- Each combination that occurs in another relation has a row here: parts enumerate the
    whole. A NULL is a value like others. Returns the combinations that have none.

    of: the other relation.
    columns: the columns of the combination, which both sides have.
    condition, of_condition: SQL predicates that choose the rows of each side. -#}
{% test has_a_row_for_each(
    model, of, columns, condition="true", of_condition="true"
) %}

with

this_side as (

    select {{ columns | join(", ") }}

    from {{ model }}

    where {{ condition }}

),

other_side as (

    select {{ columns | join(", ") }}

    from {{ of }}

    where {{ of_condition }}

),

missing as (

    select * from other_side
    except
    select * from this_side

)

select
    'the combination has no row' as failure,
    *

from missing

{% endtest %}
