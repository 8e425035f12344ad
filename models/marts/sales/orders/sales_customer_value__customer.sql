-- Grain: one row per customer with a counted order.
with

customers as (

    select * from {{ ref('int_customers_first_ordered') }}

),

customer_values as (

    select * from {{ ref('int_customer_value_fitted') }}

)

select
    customers.customer_key,
    customers.segment_id,
    customer_values.fit_status,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(customers.purchase_day_count - 1 as bigint) as repeat_order_count,
    cast({{ var('customer_value_horizon_days') }} as bigint) as horizon_days,
    customer_values.alive_rate,
    customer_values.expected_order_count,
    cast(customer_values.expected_order_amount as decimal(18, 4))
        as expected_order_amount,
    cast(
        customer_values.expected_order_count * customer_values.expected_order_amount
        as decimal(18, 4)
    ) as expected_amount,
    customers.first_order_date,
    customers.last_order_date

from customers

inner join customer_values
    on customers.customer_key = customer_values.customer_key
