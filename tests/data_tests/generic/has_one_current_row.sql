{#- Exactly one row per segment is the one that speaks for it now (`is_current`). Returns
    the segments that have none or several.

    key: what has one such row; the segment unless a mart is of something else. -#}
{% test has_one_current_row(model, key="segment_id") %}

with

counts as (

    select
        {{ key }},
        count(*) filter (where is_current) as current_count

    from {{ model }}

    group by {{ key }}

)

select
    case
        when current_count = 0 then 'no row is current'
        when current_count > 1 then 'several rows are current'
    end as failure,
    *

from counts

where current_count <> 1

{% endtest %}
