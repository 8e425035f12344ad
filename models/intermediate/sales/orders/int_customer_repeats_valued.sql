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

)

select
    customers.customer_key,
    cast(customers.purchase_day_count - 1 as bigint) as repeat_order_count,
    cast(
        {{ dbt.datediff(
            'customers.first_order_date', 'customers.last_order_date', 'day'
        ) }}
        as bigint
    ) as t_x_days,
    -- Followed through the last day before the as-of date, as in the literature.
    cast(
        {{ dbt.datediff('customers.first_order_date', as_of(), 'day') }} - 1
        as bigint
    ) as followed_days,
    repeat_amounts.repeat_amount
    / nullif(customers.purchase_day_count - 1, 0) as mean_repeat_amount

from customers

left join repeat_amounts on customers.customer_key = repeat_amounts.customer_key
