-- Grain: one row per segment, month and measure.
{%- set lag = checked_variable(
    "acquisition_lag_months",
    var("acquisition_lag_months"),
    "auto|[0-9]{1,2}",
    "auto or 2"
) %}
with

spend as (

    select * from {{ ref('int_spend_allocated') }}

),

customers as (

    select * from {{ ref('int_customers_acquired') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

-- One lag for all segments and months: parts then add up to their total.
lags as (

    -- A cycle in months, rounded, unless the configuration says a number.
    select
        cast(
            coalesce(
                {{ "cast(null as double)" if lag == "auto" else lag }},
                round(median(cycle_days) / (365.25e0 / 12)),
                0
            ) as bigint
        ) as lag_months,
        cast(median(cycle_days) as double) as median_cycle_days

    from opportunities

    where
        is_counted
        and outcome = 'won'
        and opportunity_type in ('new', 'unknown')

),

monthly_spend as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        sum(spend_amount) as spend_amount,
        sum(allocated_amount) as allocated_amount,
        spend_month

    from spend

    group by spend_month, cube(segment_id)

),

monthly_customers as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        count(*) as customer_count,
        count(*) filter (where channel_group = 'paid') as paid_customer_count,
        acquired_month

    from customers

    group by acquired_month, cube(segment_id)

),

spend_history as (

    select
        min(spend_month) as first_month,
        max(spend_month) as last_month

    from spend

),

customer_history as (

    select min(acquired_month) as first_month from customers

),

months as (

    select {{ each_month(
        'spend_history.first_month', months_later(month_of(as_of()), -1)
    ) }} as acquired_month

    from spend_history

),

known_months as (

    -- Months of which both windows of three lie in what is known.
    select
        months.acquired_month,
        lags.lag_months,
        lags.median_cycle_days,
        {{ months_later('months.acquired_month', -2) }} as first_acquired_month,
        {{ months_later('months.acquired_month', '-lags.lag_months - 2') }}
            as first_spend_month,
        {{ months_later('months.acquired_month', '-lags.lag_months') }}
            as last_spend_month

    from months

    cross join lags

    cross join spend_history

    cross join customer_history

    where
        {{ months_later('months.acquired_month', -2) }} >= customer_history.first_month
        and {{ months_later('months.acquired_month', '-lags.lag_months - 2') }}
        >= spend_history.first_month
        and {{ months_later('months.acquired_month', '-lags.lag_months') }}
        <= spend_history.last_month

),

segments as (

    -- `union`: a segment is one, whether it has spend, customers or both.
    select segment_id from monthly_spend
    union
    select segment_id from monthly_customers

),

cells as (

    select
        segments.segment_id,
        known_months.*

    from segments

    cross join known_months

),

spend_of_windows as (

    select
        cells.segment_id,
        cells.acquired_month,
        sum(monthly_spend.spend_amount) as spend_amount,
        sum(monthly_spend.allocated_amount) as allocated_amount

    from cells

    inner join monthly_spend
        on cells.segment_id = monthly_spend.segment_id
        and cells.first_spend_month <= monthly_spend.spend_month
        and cells.last_spend_month >= monthly_spend.spend_month

    group by cells.segment_id, cells.acquired_month

),

customers_of_windows as (

    select
        cells.segment_id,
        cells.acquired_month,
        sum(monthly_customers.customer_count) as customer_count,
        sum(monthly_customers.paid_customer_count) as paid_customer_count

    from cells

    inner join monthly_customers
        on cells.segment_id = monthly_customers.segment_id
        and cells.first_acquired_month <= monthly_customers.acquired_month
        and cells.acquired_month >= monthly_customers.acquired_month

    group by cells.segment_id, cells.acquired_month

),

windows as (

    select
        cells.segment_id,
        cells.lag_months,
        cells.median_cycle_days,
        coalesce(spend_of_windows.spend_amount, 0) as spend_amount,
        coalesce(spend_of_windows.allocated_amount, 0) as allocated_amount,
        coalesce(customers_of_windows.customer_count, 0) as customer_count,
        coalesce(customers_of_windows.paid_customer_count, 0) as paid_customer_count,
        cells.acquired_month,
        cells.first_acquired_month,
        cells.first_spend_month,
        cells.last_spend_month

    from cells

    left join spend_of_windows
        on cells.segment_id = spend_of_windows.segment_id
        and cells.acquired_month = spend_of_windows.acquired_month

    left join customers_of_windows
        on cells.segment_id = customers_of_windows.segment_id
        and cells.acquired_month = customers_of_windows.acquired_month

),

measures as (

    select
        *,
        'cac' as measure,
        customer_count as counted_customers

    from windows

    union all

    select
        *,
        'paid_cac' as measure,
        paid_customer_count as counted_customers

    from windows

),

rates as (

    select
        segment_id,
        measure,
        lag_months,
        median_cycle_days,
        {{ safe_divide('allocated_amount', 'spend_amount') }} as allocated_rate,
        {{ poisson_interval('spend_amount', 'counted_customers') }},
        acquired_month,
        first_acquired_month,
        first_spend_month,
        last_spend_month

    from measures

)

select
    segment_id,
    measure,
    '{{ var("reporting_currency") }}' as currency_code,
    lag_months,
    median_cycle_days,
    allocated_rate,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met,
    acquired_month,
    first_acquired_month,
    first_spend_month,
    last_spend_month

from rates
