{{ config(meta={'dagster': {'ref': {'name': 'verdict_surge_and_fade'}}}) }}
{#- A surge without fit lies below those before it with its whole interval, and faded by
    the share that the seed names; one that held loses less than its margin; neither is
    said of few customers. -#}
with

verdicts as (

    select * from {{ ref('verdict_surge_and_fade') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

thresholds_of_fading as (

    select
        max(value) filter (where threshold_id = 'fade_share') as least_fade,
        max(value) filter (where threshold_id = 'fade_margin') as most_lost

    from thresholds

)

select
    verdicts.segment_id,
    verdicts.episode_label,
    verdicts.verdict

from verdicts

cross join thresholds_of_fading

where
    verdicts.verdict in ('surge_without_fit', 'held')
    and (
        not verdicts.is_min_n_met
        or verdicts.ci_low is null
        or (
            verdicts.verdict = 'surge_without_fit'
            and (
                verdicts.ci_high >= 0
                or verdicts.fade_rate < thresholds_of_fading.least_fade
            )
        )
        or (
            verdicts.verdict = 'held'
            and verdicts.ci_low <= -thresholds_of_fading.most_lost
        )
    )
