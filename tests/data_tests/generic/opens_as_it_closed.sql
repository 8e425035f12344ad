{#- Continuity: each date opens with what the date before it closed with, within each
    group; the first date opens with nothing. Returns the rows that do not.

    closing: the column that the date before must have ended with.
    date_column: the dates, one row each within a group.
    group_by: columns; each combination of theirs is a series of its own. -#}
{% test opens_as_it_closed(model, column_name, closing, date_column, group_by=[]) %}

with

rows_with_previous as (

    select
        *,
        lag({{ closing }}) over (
            {%- if group_by %}
            partition by {{ group_by | join(", ") }}
            {%- endif %}
            order by {{ date_column }}
        ) as previous_closing,
        row_number() over (
            {%- if group_by %}
            partition by {{ group_by | join(", ") }}
            {%- endif %}
            order by {{ date_column }}
        ) as date_number

    from {{ model }}

),

judged as (

    select
        case
            when {{ column_name }} is null then 'there is no opening'
            when date_number = 1 and {{ column_name }} <> 0
                then 'the first date opens with something'
            when date_number > 1
                and {{ column_name }} is distinct from previous_closing
                then 'it does not open as the date before closed'
        end as failure,
        *

    from rows_with_previous

)

select * from judged

where failure is not null

{% endtest %}
