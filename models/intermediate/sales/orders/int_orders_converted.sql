-- Grain: one row per counted order, with its value in the reporting currency.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

counted_orders as (

    select * from orders

    where is_counted

),

order_days as (

    -- Rates are looked up once a day and currency, not once an order.
    select
        currency_code,
        order_date

    from counted_orders

    group by currency_code, order_date

),

order_days_with_rate as (

    select
        order_days.currency_code,
        order_days.order_date,
        fx_rates.fx_rate

    from order_days

    inner join fx_rates
        on order_days.currency_code = fx_rates.currency_code
        and order_days.order_date >= fx_rates.valid_from_date
        and order_days.order_date < fx_rates.valid_to_date

)

select
    counted_orders.order_key,
    counted_orders.customer_key,
    counted_orders.segment_id,
    counted_orders.currency_code,
    counted_orders.net_amount,
    case
        -- Nothing is nothing in every currency.
        when counted_orders.net_amount = 0 then counted_orders.net_amount
        else
            cast(
                counted_orders.net_amount * order_days_with_rate.fx_rate
                as decimal(18, 4)
            )
    end as net_amount_reporting,
    counted_orders.order_date

from counted_orders

left join order_days_with_rate
    on counted_orders.currency_code = order_days_with_rate.currency_code
    and counted_orders.order_date = order_days_with_rate.order_date
