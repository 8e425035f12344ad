{#- Every segment has exactly one row that speaks for it, nothing is decided without a
    test that holds after Holm, and no adjusted p is below the raw one. -#}
{{ config(meta={'dagster': {'ref': {'name': 'verdict_release_impact'}}}) }}

with

verdicts as (

    select * from {{ ref('verdict_release_impact') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

speakers as (

    select
        segments.segment_id,
        count(*) filter (where verdicts.is_current) as current_count

    from segments

    left join verdicts
        on segments.segment_id = verdicts.segment_id

    group by segments.segment_id

)

select
    segment_id,
    'not exactly one row speaks for the segment' as failure

from speakers

where current_count <> 1

union all

select
    verdicts.segment_id,
    'a change is claimed without a test that holds after Holm' as failure

from verdicts

inner join thresholds
    on thresholds.threshold_id = 'release_level'

where
    verdicts.verdict in ('associated_with_rise', 'associated_with_fall')
    and coalesce(verdicts.adjusted_p_value >= thresholds.value, true)

union all

select
    segment_id,
    'an adjusted p is below the raw one, or stands alone' as failure

from verdicts

where
    adjusted_p_value < p_value - 1e-12
    or (adjusted_p_value is null) <> (p_value is null)
