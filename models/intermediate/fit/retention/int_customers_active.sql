-- Grain: one row per basis, customer and complete month in which it was active.
with

item_versions as (

    select * from {{ ref('int_subscription_items_judged') }}

),

customer_segments as (

    select * from {{ ref('int_customer_segments_spanned') }}

),

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

first_orders as (

    select * from {{ ref('int_customers_first_ordered') }}

),

first_payments as (

    -- A customer that came and left within a month has no month end, and is a customer.
    select
        customer_key,
        min(counts_from_date) as first_paid_date

    from item_versions

    where
        is_counted
        and counts_from_date < counts_until_date
        and counts_from_date < {{ as_of() }}

    group by customer_key

),

cohorts_by_revenue as (

    select
        customer_key,
        cohort_segment_id as segment_id,
        cohort_label

    from customer_months

    -- The cohort is the same in every month of a customer.
    qualify row_number() over (
        partition by customer_key
        order by mrr_month
    ) = 1

),

subscribers as (

    select
        first_payments.customer_key,
        coalesce(
            cohorts_by_revenue.segment_id, customer_segments.segment_id, 'unknown'
        ) as segment_id,
        case
            when cohorts_by_revenue.cohort_label = 'opening' then 'opening'
            else {{ month_label(month_of('first_payments.first_paid_date')) }}
        end as cohort_label,
        {{ month_of('first_payments.first_paid_date') }} as cohort_month

    from first_payments

    left join cohorts_by_revenue
        on first_payments.customer_key = cohorts_by_revenue.customer_key

    left join customer_segments
        on first_payments.customer_key = customer_segments.customer_key
        and first_payments.first_paid_date >= customer_segments.valid_from_date
        and first_payments.first_paid_date < customer_segments.valid_to_date

),

buyers as (

    select
        customer_key,
        segment_id,
        {{ month_label(month_of('first_order_date')) }} as cohort_label,
        {{ month_of('first_order_date') }} as cohort_month

    from first_orders

),

months_of_orders as (

    -- Several orders of a month are one active month.
    select distinct
        customer_key,
        {{ month_of('order_date') }} as active_month

    from orders

    where is_counted

),

activity as (

    select
        'contract' as activity_basis,
        subscribers.customer_key,
        subscribers.segment_id,
        subscribers.cohort_label,
        subscribers.cohort_month,
        customer_months.mrr_month as active_month

    from subscribers

    left join customer_months
        on subscribers.customer_key = customer_months.customer_key
        and customer_months.is_active

    union all

    select
        'orders' as activity_basis,
        buyers.customer_key,
        buyers.segment_id,
        buyers.cohort_label,
        buyers.cohort_month,
        months_of_orders.active_month

    from buyers

    inner join months_of_orders
        on buyers.customer_key = months_of_orders.customer_key

)

select
    activity_basis,
    customer_key,
    segment_id,
    cohort_label,
    {{ dbt.datediff('cohort_month', 'active_month', 'month') }}
        as age_months,
    cohort_month,
    active_month

from activity

where
    -- Whoever began in a month that has not ended is in no complete cell yet.
    {{ months_later('cohort_month', 1) }} <= {{ as_of() }}
    and (
        active_month is null
        or {{ months_later('active_month', 1) }} <= {{ as_of() }}
    )
