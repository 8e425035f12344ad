{#- The dates of a column follow one another without a hole, within each group. A date
    may occur more than once. Returns the date before each hole.

    unit: the step from one date to the next: day, week, month, quarter or year.
    group_by: columns; each combination of theirs is a series of its own. -#}
{% test has_no_gaps(model, column_name, unit, group_by=[]) %}

with

dates as (

    select
        {%- for column in group_by %}
        {{ column }},
        {%- endfor %}
        {{ column_name }} as this_date

    from {{ model }}

    where {{ column_name }} is not null

    group by
        {%- for column in group_by %}
        {{ column }},
        {%- endfor %}
        {{ column_name }}

),

dates_with_next as (

    select
        *,
        lead(this_date) over (
            {%- if group_by %}
            partition by {{ group_by | join(", ") }}
            {%- endif %}
            order by this_date
        ) as next_date

    from dates

)

select
    'the next date is not one {{ unit }} later' as failure,
    *

from dates_with_next

where
    cast(next_date as date)
    <> cast({{ dbt.dateadd(unit, 1, "this_date") }} as date)

{% endtest %}
