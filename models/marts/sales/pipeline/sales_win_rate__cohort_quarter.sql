-- Grain: one row per segment, cohort quarter, opportunity type and horizon.
with

outcomes as (

    select * from {{ ref('int_opportunity_outcomes_cumulated') }}

),

cells as (

    select
        segment_id,
        cohort_label,
        opportunity_type,
        day_number as horizon_days,
        deal_count,
        won_count,
        lost_count,
        won_count + lost_count as closed_count,
        at_risk_count,
        followed_count,
        case when cohort_quarter is null then undated_count end as undated_count,
        won_rate,
        lost_rate,
        open_rate,
        won_error,
        cohort_quarter is null
        or {{ dbt.dateadd('month', 3, 'cohort_quarter') }} <= {{ as_of() }}
            as is_complete,
        followed_count = deal_count as is_horizon_over,
        cohort_quarter

    from outcomes

    where is_horizon

),

rates as (

    select
        *,
        -- The end of a curve rests on the deals that could be followed to it.
        case when is_complete then followed_count else 0 end as judged_count

    from cells

),

intervals as (

    select
        segment_id,
        cohort_label,
        opportunity_type,
        horizon_days,
        lost_count,
        at_risk_count,
        followed_count,
        undated_count,
        {{ log_log_interval(
            'won_count',
            'deal_count',
            'won_rate',
            'won_error',
            'judged_count',
            'aalen_johansen_log_log'
        ) }},
        case when not {{ is_suppressed('judged_count') }} then lost_rate end
            as lost_rate,
        case when not {{ is_suppressed('judged_count') }} then open_rate end
            as open_rate,
        case
            when not {{ is_suppressed('closed_count') }}
                then {{ safe_divide('won_count', 'closed_count') }}
        end as closed_rate,
        is_complete,
        is_horizon_over,
        cohort_quarter

    from rates

)

select
    segment_id,
    cohort_label,
    opportunity_type,
    horizon_days,
    lost_count,
    at_risk_count,
    followed_count,
    undated_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    case when estimate is not null then round(n_effective, 6) end as n_effective,
    lost_rate,
    open_rate,
    closed_rate,
    {{ safe_divide('undated_count', 'undated_count + denominator') }} as undated_rate,
    is_min_n_met,
    is_complete,
    is_horizon_over,
    cohort_quarter

from intervals
