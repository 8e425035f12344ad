{#- Every piece of feedback that counts has one theme, the unmatched too: the mentions
    of a period add up to its feedback, and those of the whole history to all of it. -#}
{{ config(meta={'dagster': {'ref': {'name': 'fit_feedback_themes__month'}}}) }}

with

themes as (

    select * from {{ ref('fit_feedback_themes__month') }}

),

feedback as (

    select * from {{ ref('fct_feedback') }}

),

periods as (

    select
        segment_id,
        period_label,
        sum(mention_count) as mention_count,
        max(denominator) as feedback_count

    from themes

    group by segment_id, period_label

),

history as (

    select count(*) as feedback_count from feedback

    where is_counted

),

whole as (

    select
        coalesce(max(periods.mention_count), 0) as mention_count,
        max(history.feedback_count) as feedback_count

    from history

    left join periods
        on periods.segment_id = 'all'
        and periods.period_label = 'all'

)

select
    segment_id,
    period_label,
    'the themes of a period do not add up to its feedback' as failure

from periods

where mention_count <> feedback_count

union all

select
    'all' as segment_id,
    'all' as period_label,
    'feedback that counts is in no theme' as failure

from whole

where mention_count <> feedback_count
