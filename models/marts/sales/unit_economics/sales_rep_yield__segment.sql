-- Grain: one row per segment.
with

reps as (

    select * from {{ ref('int_reps_measured') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

minimums as (

    select
        max(value) filter (where threshold_id = 'rep_least_count') as rep_count,
        max(value) filter (where threshold_id = 'rep_least_wins') as won_count

    from thresholds

),

wide_reps as (

    -- A product of two amounts needs all the digits that there are.
    select
        segment_id,
        won_count,
        ramped_days,
        cast(margin_amount as decimal(19, 4)) as margin_amount,
        cast(cost_amount as decimal(19, 4)) as cost_amount

    from reps

),

sums as (

    select
        case
            when grouping(wide_reps.segment_id) = 1 then 'all'
            else wide_reps.segment_id
        end as segment_id,
        count(*) as rep_count,
        count(*) filter (where wide_reps.won_count >= minimums.won_count)
            as proven_rep_count,
        sum(wide_reps.won_count) as won_count,
        sum(wide_reps.ramped_days) as ramped_days,
        sum(wide_reps.margin_amount) as sum_y,
        sum(wide_reps.cost_amount) as sum_x,
        sum(wide_reps.margin_amount * wide_reps.margin_amount) as sum_yy,
        sum(wide_reps.margin_amount * wide_reps.cost_amount) as sum_xy,
        sum(wide_reps.cost_amount * wide_reps.cost_amount) as sum_xx,
        -- What is missing of one is missing of all: a sum without it would be wrong.
        count(*) = count(wide_reps.margin_amount)
        and count(*) = count(wide_reps.cost_amount) as is_known,
        max(minimums.rep_count) as least_rep_count

    from wide_reps

    cross join minimums

    group by cube(wide_reps.segment_id)

    -- Nobody at all has no total.
    having count(*) > 0

),

known_sums as (

    select
        segment_id,
        rep_count,
        proven_rep_count,
        won_count,
        ramped_days,
        least_rep_count,
        case when is_known then sum_y end as sum_y,
        case when is_known then sum_x end as sum_x,
        sum_yy,
        sum_xy,
        sum_xx

    from sums

)

select
    segment_id,
    '{{ var("reporting_currency") }}' as currency_code,
    'linearised_ratio' as ci_method,
    rep_count,
    proven_rep_count,
    cast(won_count as bigint) as won_count,
    cast(ramped_days as double) / (365.25e0 / 4) as ramped_quarters,
    {{ safe_divide('sum_y * (365.25e0 / 4)', 'ramped_days') }}
        as yield_amount_per_quarter,
    {{ safe_divide('sum_x * (365.25e0 / 4)', 'ramped_days') }}
        as cost_amount_per_quarter,
    cast(sum_y as double) as numerator,
    cast(sum_x as double) as denominator,
    {{ safe_divide('sum_y', 'sum_x') }} as estimate,
    {{ ratio_bound(
        'sum_y', 'sum_x', 'sum_yy', 'sum_xy', 'sum_xx', 'rep_count', 'low'
    ) }} as ci_low,
    {{ ratio_bound(
        'sum_y', 'sum_x', 'sum_yy', 'sum_xy', 'sum_xx', 'rep_count', 'high'
    ) }} as ci_high,
    cast(rep_count as double) as n_effective,
    proven_rep_count >= least_rep_count as is_min_n_met

from known_sums
