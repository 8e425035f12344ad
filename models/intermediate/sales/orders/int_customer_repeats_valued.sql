-- Grain: one row per customer with a counted order.
with

customers as (

    select * from {{ ref('int_customers_first_ordered') }}

),

orders as (

    select * from {{ ref('int_orders_converted') }}

),

repeat_amounts as (

    select
        orders.customer_key,
        -- An order without a rate leaves the customer without a value.
        case
            when count(*) = count(orders.net_amount_reporting)
                then sum(orders.net_amount_reporting)
        end as repeat_amount

    from orders

    inner join customers on orders.customer_key = customers.customer_key

    where orders.order_date > customers.first_order_date

    group by orders.customer_key

),

customers_with_amounts as (

    select
        customers.customer_key,
        customers.purchase_day_count - 1 as repeat_order_count,
        repeat_amounts.repeat_amount,
        customers.first_order_date,
        customers.last_order_date,
        {{ as_of() }} as as_of_date

    from customers

    left join repeat_amounts on customers.customer_key = repeat_amounts.customer_key

)

select
    customer_key,
    cast(repeat_order_count as bigint) as repeat_order_count,
    {{ dbt.datediff('first_order_date', 'last_order_date', 'day') }}
        as t_x_days,
    -- Followed through the last day before the as-of date, as in the literature.
    {{ dbt.datediff('first_order_date', 'as_of_date', 'day') }}
    - 1 as followed_days,
    repeat_amount / nullif(repeat_order_count, 0) as mean_repeat_amount

from customers_with_amounts
