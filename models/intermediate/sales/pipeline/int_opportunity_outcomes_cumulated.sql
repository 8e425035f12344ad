-- Grain: one row per segment, opportunity type, quarter of creation and day since it,
-- up to 365, on which something happened or which is a horizon.
with

counted_outcomes as (

    select * from {{ ref('int_opportunity_outcomes_counted') }}

),

days_at_risk as (

    select
        *,
        -- Open and followed when the day begins: what happens on a day goes before
        -- the deals that nobody has followed any further.
        sum(ended_count) over (
            partition by segment_id, opportunity_type, cohort_label
            order by day_number desc
        ) as at_risk_count,
        sum(ended_count) over (
            partition by segment_id, opportunity_type, cohort_label
        ) as deal_count

    from counted_outcomes

),

days_with_survival as (

    select
        *,
        {{ kaplan_meier(
            'at_risk_count',
            'closed_count',
            'day_number',
            ['segment_id', 'opportunity_type', 'cohort_label']
        ) }}

    from days_at_risk

),

days_with_incidence as (

    select
        *,
        {{ aalen_johansen(
            'survival_before',
            'at_risk_count',
            'won_count',
            'day_number',
            ['segment_id', 'opportunity_type', 'cohort_label']
        ) }} as won_incidence,
        {{ aalen_johansen(
            'survival_before',
            'at_risk_count',
            'lost_count',
            'day_number',
            ['segment_id', 'opportunity_type', 'cohort_label']
        ) }} as lost_incidence

    from days_with_survival

),

days_with_error as (

    select
        *,
        {{ aalen_johansen_error(
            'won_incidence',
            'survival_before',
            'at_risk_count',
            'closed_count',
            'won_count',
            'day_number',
            ['segment_id', 'opportunity_type', 'cohort_label']
        ) }} as won_error,
        sum(won_count) over days_so_far as won_so_far_count,
        sum(lost_count) over days_so_far as lost_so_far_count

    from days_with_incidence

    window days_so_far as (
        partition by segment_id, opportunity_type, cohort_label
        order by day_number
    )

)

select
    segment_id,
    opportunity_type,
    cohort_label,
    day_number,
    cast(deal_count as bigint) as deal_count,
    cast(at_risk_count as bigint) as at_risk_count,
    followed_count,
    undated_count,
    cast(won_so_far_count as bigint) as won_count,
    cast(lost_so_far_count as bigint) as lost_count,
    -- Running sums of doubles: their last digits depend on how an engine adds up.
    round(won_incidence, 12) as won_rate,
    round(lost_incidence, 12) as lost_rate,
    round(survival, 12) as open_rate,
    round(won_error, 12) as won_error,
    is_horizon,
    cohort_quarter

from days_with_error

where day_number <= 365
