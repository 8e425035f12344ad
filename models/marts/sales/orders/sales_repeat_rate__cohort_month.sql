-- Grain: one row per segment, cohort month and window.
with

customers as (

    select * from {{ ref('int_customers_first_ordered') }}

),

windows as (

    -- `to_date` has no length: it ends where knowledge ends.
    select
        listed.window_label,
        listed.window_days

    from (
        values
        ('30d', 30), ('90d', 90), ('180d', 180), ('365d', 365), ('to_date', null)
    ) as listed (window_label, window_days)

),

customers_in_windows as (

    select
        customers.segment_id,
        windows.window_label,
        windows.window_days,
        cast({{ dbt.date_trunc('month', 'customers.first_order_date') }} as date)
            as cohort_month,
        -- The window [first order, first order + H) has passed.
        windows.window_days is null
        or {{ dbt.datediff('customers.first_order_date', as_of(), 'day') }}
        >= windows.window_days as is_observed,
        coalesce(
            windows.window_days is null
            or {{ dbt.datediff(
                'customers.first_order_date', 'customers.second_order_date', 'day'
            ) }} < windows.window_days,
            false
        )
        and customers.second_order_date is not null as is_repeating

    from customers

    cross join windows

),

cells as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        window_label,
        case when grouping(cohort_month) = 1 then null else cohort_month end
            as cohort_month,
        max(window_days) as window_days,
        count(*) as customer_count,
        count(*) filter (where is_observed) as observed_count,
        count(*) filter (where is_observed and is_repeating) as repeating_count

    from customers_in_windows

    group by window_label, cube(segment_id, cohort_month)

),

rates as (

    select
        segment_id,
        window_label,
        window_days,
        cohort_month,
        customer_count,
        {{ wilson_interval('repeating_count', 'observed_count') }}

    from cells

)

select
    segment_id,
    coalesce(substring(cast(cohort_month as varchar), 1, 7), 'all') as cohort_label,
    window_label,
    window_days,
    customer_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met,
    window_days is null as is_truncation_biased,
    case
        when cohort_month is null then true
        -- Who came on the last day of the month is watched for the window, that day
        -- included.
        else
            {{ dbt.dateadd(
                'day',
                'coalesce(window_days, 1) - 1',
                dbt.dateadd('month', 1, 'cohort_month')
            ) }} <= {{ as_of() }}
    end as is_complete,
    cohort_month

from rates
