-- Grain: one row per segment and day since the first order.
with

customers as (

    select * from {{ ref('int_customers_first_ordered') }}

),

observed_customers as (

    -- A customer is observed through the last day before the as-of date.
    select
        segment_id,
        second_order_date is not null as is_repeating,
        case
            when second_order_date is not null
                then {{ dbt.datediff(
                    'first_order_date', 'second_order_date', 'day'
                ) }}
            else
                {{ dbt.datediff('first_order_date', as_of(), 'day') }}
                - 1
        end as observed_days

    from customers

),

duration_counts as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        observed_days,
        count(*) filter (where is_repeating) as event_count,
        count(*) filter (where not is_repeating) as censored_count

    from observed_customers

    group by observed_days, cube(segment_id)

),

segment_counts as (

    select
        segment_id,
        sum(event_count + censored_count) as customer_count

    from duration_counts

    group by segment_id

),

digits as (

    select listed.digit

    from (
        values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)
    ) as listed (digit)

),

days as (

    select ones.digit + 10 * tens.digit + 100 * hundreds.digit as age_days

    from digits as ones

    cross join digits as tens

    cross join digits as hundreds

    where
        ones.digit + 10 * tens.digit + 100 * hundreds.digit
        <= {{ var('repeat_curve_days') }}

),

days_of_segments as (

    select
        segment_counts.segment_id,
        days.age_days,
        segment_counts.customer_count,
        coalesce(duration_counts.event_count, 0) as event_count,
        coalesce(duration_counts.censored_count, 0) as censored_count

    from segment_counts

    cross join days

    left join duration_counts
        on segment_counts.segment_id = duration_counts.segment_id
        and days.age_days = duration_counts.observed_days

),

days_at_risk as (

    select
        segment_id,
        age_days,
        customer_count - coalesce(
            sum(event_count + censored_count) over (
                partition by segment_id
                order by age_days
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as at_risk_count,
        event_count,
        censored_count

    from days_of_segments

),

curve as (

    select
        segment_id,
        age_days,
        at_risk_count,
        event_count,
        censored_count,
        sum(event_count) over (
            partition by segment_id
            order by age_days
            rows between unbounded preceding and current row
        ) as repeating_count,
        max(at_risk_count) over (partition by segment_id) as customer_count,
        {{ kaplan_meier(
            'at_risk_count', 'event_count', 'age_days', partition_by=['segment_id']
        ) }}

    from days_at_risk

),

rates as (

    select
        segment_id,
        cast(age_days as bigint) as age_days,
        cast(at_risk_count as bigint) as at_risk_count,
        event_count,
        censored_count,
        {{ interval_columns(
            numerator='repeating_count',
            denominator='customer_count',
            estimate='1 - survival',
            ci_low='1 - ' ~ log_log_bound(
                'survival', 'survival_error', 'least_at_risk_count', 'high'
            ),
            ci_high='1 - ' ~ log_log_bound(
                'survival', 'survival_error', 'least_at_risk_count', 'low'
            ),
            ci_method='greenwood_log_log',
            n_effective='coalesce('
            ~ safe_divide(
                'survival * (1 - survival)', 'survival_error * survival_error'
            ) ~ ', least_at_risk_count)',
            units='least_at_risk_count'
        ) }}

    from curve

)

select
    segment_id,
    age_days,
    at_risk_count,
    event_count,
    censored_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met

from rates
