{#- Every segment has exactly one row that speaks for it, every theme that is asked for
    in it has one, and no release answers what was asked for after it came. -#}
{{ config(meta={'dagster': {'ref': {'name': 'verdict_feedback_loop'}}}) }}

with

loops as (

    select * from {{ ref('verdict_feedback_loop') }}

),

themes as (

    select * from {{ ref('fit_feedback_themes__month') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

speakers as (

    select
        segments.segment_id,
        count(*) filter (where loops.is_current) as current_count

    from segments

    left join loops
        on segments.segment_id = loops.segment_id

    group by segments.segment_id

)

select
    segment_id,
    'not exactly one row speaks for the segment' as failure

from speakers

where current_count <> 1

union all

select
    themes.segment_id,
    'a theme that is asked for has no row' as failure

from themes

left join loops
    on themes.segment_id = loops.segment_id
    and themes.theme = loops.theme

where
    themes.period_label = 'all'
    and themes.theme <> 'unmatched'
    and themes.mention_count > 0
    and loops.segment_id is null

union all

select
    segment_id,
    'a release is said to answer what nobody had asked for' as failure

from loops

where
    verdict in ('answered', 'asked_for_more')
    and coalesce(first_mention_to_release_days, 0) <= 0
