-- Grain: one row per claim, segment and comparison of two sides.
{%- set comparison = ['claim', 'segment_id', 'comparison_label'] %}
with

curves as (

    select * from {{ ref('int_survival_sides_estimated') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

thresholds_of_survival as (

    select max(value) as horizon_months

    from thresholds

    where threshold_id = 'survival_horizon_months'

),

last_ages as (

    select
        {{ comparison | join(", ") }},
        max(case when side = 'focus' then events_so_far_count end)
            as focus_event_count,
        max(case when side = 'other' then events_so_far_count end)
            as other_event_count,
        max(case when side = 'focus' then log_rank_difference end)
            as log_rank_difference,
        max(case when side = 'focus' then log_rank_variance end)
            as log_rank_variance

    from curves

    where
        claim <> 'surge_and_fade'
        and is_last_age

    group by {{ comparison | join(", ") }}

),

-- Late entries count from where they came in: the most at once is what is told.
most_at_risk as (

    select
        {{ comparison | join(", ") }},
        max(case when side = 'focus' then at_risk_count end) as focus_customer_count,
        max(case when side = 'other' then at_risk_count end) as other_customer_count

    from curves

    group by {{ comparison | join(", ") }}

),

points as (

    select
        curves.*,
        case when curves.least_at_risk_count >= 10 then curves.survival end
            as survival_rate,
        case
            when curves.least_at_risk_count >= 10
                then {{ log_log_bound(
                    'curves.survival', 'curves.survival_error',
                    'curves.least_at_risk_count', 'low'
                ) }}
        end as survival_low,
        case
            when curves.least_at_risk_count >= 10
                then {{ log_log_bound(
                    'curves.survival', 'curves.survival_error',
                    'curves.least_at_risk_count', 'high'
                ) }}
        end as survival_high

    from curves

    inner join thresholds_of_survival
        on curves.age = thresholds_of_survival.horizon_months

),

points_of_sides as (

    select
        {{ comparison | join(", ") }},
        max(case when side = 'focus' then survival_rate end) as focus_survival_rate,
        max(case when side = 'focus' then survival_low end) as focus_low,
        max(case when side = 'focus' then survival_high end) as focus_high,
        max(case when side = 'other' then survival_rate end) as other_survival_rate,
        max(case when side = 'other' then survival_low end) as other_low,
        max(case when side = 'other' then survival_high end) as other_high,
        min(least_at_risk_count) as least_at_risk_count

    from points

    group by {{ comparison | join(", ") }}

),

comparisons as (

    select
        last_ages.claim,
        last_ages.segment_id,
        last_ages.comparison_label,
        thresholds_of_survival.horizon_months,
        most_at_risk.focus_customer_count,
        most_at_risk.other_customer_count,
        last_ages.focus_event_count,
        last_ages.other_event_count,
        points_of_sides.focus_survival_rate,
        points_of_sides.focus_low,
        points_of_sides.focus_high,
        points_of_sides.other_survival_rate,
        points_of_sides.other_low,
        points_of_sides.other_high,
        points_of_sides.least_at_risk_count,
        last_ages.log_rank_difference,
        last_ages.log_rank_variance,
        case
            when
                least(
                    most_at_risk.focus_customer_count,
                    most_at_risk.other_customer_count
                ) >= 10
                then {{ log_rank_chi_square(
                    'last_ages.log_rank_difference', 'last_ages.log_rank_variance'
                ) }}
        end as log_rank_chi_square

    from last_ages

    cross join thresholds_of_survival

    inner join most_at_risk
        on last_ages.claim = most_at_risk.claim
        and last_ages.segment_id = most_at_risk.segment_id
        and last_ages.comparison_label = most_at_risk.comparison_label

    left join points_of_sides
        on last_ages.claim = points_of_sides.claim
        and last_ages.segment_id = points_of_sides.segment_id
        and last_ages.comparison_label = points_of_sides.comparison_label

)

select
    claim,
    segment_id,
    comparison_label,
    cast(horizon_months as bigint) as horizon_months,
    cast(focus_customer_count as bigint) as focus_customer_count,
    cast(other_customer_count as bigint) as other_customer_count,
    cast(focus_event_count as bigint) as focus_event_count,
    cast(other_event_count as bigint) as other_event_count,
    focus_survival_rate,
    focus_low,
    focus_high,
    other_survival_rate,
    other_low,
    other_high,
    focus_survival_rate - other_survival_rate as estimate,
    {{ difference_bound(
        'focus_survival_rate', 'focus_low', 'focus_high',
        'other_survival_rate', 'other_low', 'other_high', 'low'
    ) }} as ci_low,
    {{ difference_bound(
        'focus_survival_rate', 'focus_low', 'focus_high',
        'other_survival_rate', 'other_low', 'other_high', 'high'
    ) }} as ci_high,
    'square_and_add' as ci_method,
    cast(least_at_risk_count as double) as n_effective,
    log_rank_chi_square,
    {{ chi_square_tail('log_rank_chi_square', 1) }} as log_rank_p_value,
    case
        when log_rank_chi_square is not null
            then exp(log_rank_difference / log_rank_variance)
    end as hazard_ratio,
    case
        when log_rank_chi_square is not null
            then exp(
                (log_rank_difference - {{ z_975() }} * sqrt(log_rank_variance))
                / log_rank_variance
            )
    end as hazard_ratio_low,
    case
        when log_rank_chi_square is not null
            then exp(
                (log_rank_difference + {{ z_975() }} * sqrt(log_rank_variance))
                / log_rank_variance
            )
    end as hazard_ratio_high,
    {{ min_n_met('least(focus_customer_count, other_customer_count)') }}
        as is_min_n_met

from comparisons
