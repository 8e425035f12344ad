{#- An aggregate of this relation equals an aggregate of another one, over all rows or
    group by group. A group that one side lacks counts as zero there, and so does the
    sum of no rows. Returns one row per group that differs.

    to: the other relation.
    measure, to_measure: aggregate expressions, such as sum(order_amount); to_measure
    is measure unless given.
    group_by, to_group_by: columns in the same order; to_group_by is group_by unless
    given.
    condition, to_condition: SQL predicates that choose the rows of each side.
    tolerance: largest difference that is not a failure. -#}
{% test rows_reconcile_to(
    model, to, measure="count(*)", to_measure=none, group_by=[], to_group_by=none,
    condition="true", to_condition="true", tolerance=0
) %}

{%- set to_measure = measure if to_measure is none else to_measure -%}
{%- set to_group_by = group_by if to_group_by is none else to_group_by -%}
{%- if group_by | length != to_group_by | length -%}
    {{ exceptions.raise_compiler_error(
        "rows_reconcile_to: group_by and to_group_by differ in length"
    ) }}
{%- endif %}

with

this_side as (

    select
        {%- for column in group_by %}
        {{ column }} as group_{{ loop.index }},
        {%- endfor %}
        {{ measure }} as measured

    from {{ model }}

    where {{ condition }}

    {%- if group_by %}

    group by {{ group_by | join(", ") }}
    {%- endif %}

),

other_side as (

    select
        {%- for column in to_group_by %}
        {{ column }} as group_{{ loop.index }},
        {%- endfor %}
        {{ to_measure }} as measured

    from {{ to }}

    where {{ to_condition }}

    {%- if to_group_by %}

    group by {{ to_group_by | join(", ") }}
    {%- endif %}

),

both_sides as (

    -- stacked and not joined, so that a group named NULL meets its counterpart
    select
        {%- for column in group_by %}
        group_{{ loop.index }},
        {%- endfor %}
        measured as this_measure,
        null as other_measure

    from this_side

    union all

    select
        {%- for column in group_by %}
        group_{{ loop.index }},
        {%- endfor %}
        null as this_measure,
        measured as other_measure

    from other_side

),

compared as (

    select
        {%- for column in group_by %}
        group_{{ loop.index }},
        {%- endfor %}
        coalesce(sum(this_measure), 0) as this_measure,
        coalesce(sum(other_measure), 0) as other_measure

    from both_sides

    {%- if group_by %}

    group by
        {%- for column in group_by %}
        group_{{ loop.index }}{{ "," if not loop.last }}
        {%- endfor %}
    {%- endif %}

)

select
    'the two sides differ' as failure,
    *,
    this_measure - other_measure as difference

from compared

where abs(this_measure - other_measure) > {{ tolerance }}

{% endtest %}
