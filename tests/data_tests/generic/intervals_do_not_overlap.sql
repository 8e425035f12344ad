{#- The half-open intervals [start, end) of a key do not overlap, have a start, and do
    not end before it. A NULL end is open. Returns the earlier of two that overlap.

    key: a column or a list of columns. -#}
{% test intervals_do_not_overlap(model, key, start, end) %}

with

intervals_with_next as (

    select
        *,
        lead({{ start }}) over (
            partition by {{ key if key is string else key | join(", ") }}
            order by {{ start }} nulls last, {{ end }} nulls last
        ) as next_interval_start

    from {{ model }}

),

judged as (

    select
        case
            when {{ start }} is null then 'the interval has no start'
            when {{ end }} < {{ start }} then 'the interval ends before it starts'
            when {{ end }} is null and next_interval_start is not null
                then 'an open interval is followed by another'
            when next_interval_start < {{ end }}
                then 'the next interval starts before this one ends'
        end as failure,
        *

    from intervals_with_next

)

select * from judged

where failure is not null

{% endtest %}
