-- Grain: one row per segment and complete month, from its first new customer on.
with

customers as (

    select * from {{ ref('int_customers_acquired') }}

),

customers_with_total as (

    select
        segment_id,
        acquired_month

    from customers

    union all

    select
        'all' as segment_id,
        acquired_month

    from customers

),

segment_lives as (

    select
        segment_id,
        min(acquired_month) as first_month,
        {{ months_later(month_of(as_of()), -1) }} as last_complete_month

    from customers_with_total

    group by segment_id

),

segment_months as (

    select
        segment_id,
        {{ each_month('first_month', 'last_complete_month') }} as acquired_month

    from segment_lives

),

counts as (

    select
        segment_id,
        acquired_month,
        count(*) as new_customer_count

    from customers_with_total

    group by segment_id, acquired_month

)

select
    segment_months.segment_id,
    coalesce(counts.new_customer_count, 0) as new_customer_count,
    segment_months.acquired_month

from segment_months

left join counts
    on segment_months.segment_id = counts.segment_id
    and segment_months.acquired_month = counts.acquired_month
