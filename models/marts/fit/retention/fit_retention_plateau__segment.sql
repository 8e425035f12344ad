-- Grain: one row per segment and basis.
with

active_months as (

    select * from {{ ref('int_customers_active') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

thresholds_of_plateau as (

    select max(value) as most_lost

    from thresholds

    where threshold_id = 'plateau_loss'

),

customers as (

    -- Only cohorts that have reached the age of nine months tell whether they stay.
    select
        activity_basis,
        customer_key,
        segment_id,
        max(case when age_months = 6 then 1 else 0 end) as is_active_at_6,
        max(case when age_months = 9 then 1 else 0 end) as is_active_at_9

    from active_months

    where
        cohort_label <> 'opening'
        and {{ months_later('cohort_month', 10) }} <= {{ as_of() }}

    group by activity_basis, customer_key, segment_id

),

counts as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        activity_basis,
        cast(sum(is_active_at_6) as bigint) as active_at_6_count,
        cast(
            sum(case when is_active_at_9 = 0 then is_active_at_6 else 0 end) as bigint
        ) as lost_count

    from customers

    group by activity_basis, rollup(segment_id)

),

rates as (

    select
        counts.segment_id,
        counts.activity_basis,
        {{ wilson_interval('counts.lost_count', 'counts.active_at_6_count') }},
        thresholds_of_plateau.most_lost

    from counts

    cross join thresholds_of_plateau

)

select
    segment_id,
    activity_basis,
    case
        when ci_high is null or not is_min_n_met then 'undetermined'
        when ci_high <= most_lost then 'flat'
        when ci_low > most_lost then 'not_flat'
        else 'undetermined'
    end as plateau,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    most_lost as threshold_rate,
    is_min_n_met

from rates
