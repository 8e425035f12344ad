-- Grain: one row per segment, month and comparison.
with

customers as (

    select * from {{ ref('int_customers_acquired') }}

),

monthly_customers as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        count(*) as customer_count,
        acquired_month

    from customers

    group by acquired_month, cube(segment_id)

),

segments as (

    -- A segment is one row, whatever the number of its months.
    select distinct segment_id from monthly_customers

),

history as (

    select min(acquired_month) as first_month from customers

),

months as (

    select {{ each_month(
        'history.first_month', months_later(month_of(as_of()), -1)
    ) }} as acquired_month

    from history

),

cells as (

    -- A month without new customers is a count of none.
    select
        segments.segment_id,
        months.acquired_month,
        coalesce(monthly_customers.customer_count, 0) as customer_count,
        {{ dbt.datediff(
            'months.acquired_month', months_later('months.acquired_month', 1), 'day'
        ) }} as day_count

    from segments

    cross join months

    left join monthly_customers
        on segments.segment_id = monthly_customers.segment_id
        and months.acquired_month = monthly_customers.acquired_month

),

cells_with_squares as (

    select
        *,
        cast(
            cast(customer_count * customer_count as double) / day_count
            as decimal(38, 12)
        ) as squares_by_day

    from cells

),

windows as (

    select
        segment_id,
        acquired_month,
        count(*) over (
            partition by segment_id
            order by acquired_month
            rows between unbounded preceding and current row
        ) as month_number,
        sum(customer_count) over current_months as customer_count,
        sum(day_count) over current_months as day_count,
        sum(customer_count) over months_before as months_before_count,
        sum(day_count) over months_before as months_before_days,
        sum(customer_count) over year_before as year_before_count,
        sum(day_count) over year_before as year_before_days,
        count(*) over prior_months as prior_month_count,
        sum(customer_count) over prior_months as prior_count,
        sum(day_count) over prior_months as prior_days,
        sum(squares_by_day) over prior_months as prior_squares

    from cells_with_squares

    window
        current_months as (
            partition by segment_id
            order by acquired_month
            rows between 2 preceding and current row
        ),
        months_before as (
            partition by segment_id
            order by acquired_month
            rows between 5 preceding and 3 preceding
        ),
        year_before as (
            partition by segment_id
            order by acquired_month
            rows between 14 preceding and 12 preceding
        ),
        -- The twelve months before the ones that are judged: a change between the two
        -- must not count as noise.
        prior_months as (
            partition by segment_id
            order by acquired_month
            rows between 14 preceding and 3 preceding
        )

),

dispersions as (

    -- Pearson's chi-square over its degrees of freedom, each month expected to have its
    -- part of the days; counts that vary less than by chance are not made more certain.
    select
        *,
        case
            when prior_month_count > 1 and prior_count > 0
                then greatest(
                    1e0,
                    (
                        cast(prior_squares as double)
                        * prior_days
                        / prior_count
                        - prior_count
                    )
                    / (prior_month_count - 1)
                )
            else 1e0
        end as dispersion

    from windows

),

comparisons as (

    select
        *,
        'months_before' as comparison,
        months_before_count as compared_count,
        months_before_days as compared_day_count,
        {{ months_later('acquired_month', -5) }} as first_compared_month

    from dispersions

    where month_number >= 6

    union all

    select
        *,
        'year_before' as comparison,
        year_before_count as compared_count,
        year_before_days as compared_day_count,
        {{ months_later('acquired_month', -14) }} as first_compared_month

    from dispersions

    where month_number >= 15

)

select
    segment_id,
    comparison,
    cast(customer_count as bigint) as customer_count,
    cast(day_count as bigint) as day_count,
    cast(compared_count as bigint) as compared_count,
    cast(compared_day_count as bigint) as compared_day_count,
    cast(prior_month_count as bigint) as dispersion_month_count,
    dispersion,
    acquired_month,
    {{ months_later('acquired_month', -2) }} as first_acquired_month,
    first_compared_month

from comparisons
