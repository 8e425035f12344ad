-- Grain: one row per customer with a counted order.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

purchase_days as (

    -- Same-day orders are one: one row per customer and day, whatever the currency.
    select
        customer_key,
        segment_id,
        segment_basis,
        order_date

    from orders

    where is_counted

    qualify row_number() over (
        partition by customer_key, order_date
        order by
            case when segment_id = 'unknown' then 1 else 0 end,
            order_key
    ) = 1

),

numbered_days as (

    select
        customer_key,
        segment_id,
        segment_basis,
        order_date,
        row_number() over (
            partition by customer_key
            order by order_date
        ) as purchase_day_number

    from purchase_days

)

select
    customer_key,
    max(segment_id) filter (where purchase_day_number = 1) as segment_id,
    max(segment_basis) filter (where purchase_day_number = 1) as segment_basis,
    count(*) as purchase_day_count,
    min(order_date) as first_order_date,
    min(order_date) filter (where purchase_day_number = 2) as second_order_date,
    max(order_date) as last_order_date

from numbered_days

group by customer_key
