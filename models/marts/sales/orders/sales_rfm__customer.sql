-- Grain: one row per customer with a counted order.
with

customers as (

    select * from {{ ref('int_customers_first_ordered') }}

),

converted_orders as (

    select * from {{ ref('int_orders_converted') }}

),

customer_amounts as (

    select
        customer_key,
        -- An order that has no rate leaves the customer without a value.
        case
            when count(*) = count(net_amount_reporting)
                then sum(net_amount_reporting)
        end as net_amount_reporting

    from converted_orders

    group by customer_key

),

measured_customers as (

    select
        customers.customer_key,
        customers.segment_id,
        customers.segment_basis,
        customers.purchase_day_count,
        customers.purchase_day_count - 1 as repeat_order_count,
        {{ dbt.datediff('customers.last_order_date', as_of(), 'day') }}
            as days_since_last,
        {{ dbt.datediff(
            'customers.first_order_date', 'customers.last_order_date', 'day'
        ) }} as t_x_days,
        {{ dbt.datediff('customers.first_order_date', as_of(), 'day') }}
            as t_days,
        customer_amounts.net_amount_reporting,
        customers.first_order_date,
        customers.last_order_date

    from customers

    left join customer_amounts
        on customers.customer_key = customer_amounts.customer_key

),

ranked_customers as (

    select
        *,
        rank() over (
            order by days_since_last
        ) as recency_rank,
        rank() over (
            order by repeat_order_count
        ) as frequency_rank,
        rank() over (
            partition by net_amount_reporting is null
            order by net_amount_reporting
        ) as monetary_rank,
        count(*) over () as customer_count,
        count(net_amount_reporting) over () as valued_count

    from measured_customers

)

select
    customer_key,
    segment_id,
    segment_basis,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(purchase_day_count as bigint) as purchase_day_count,
    cast(repeat_order_count as bigint) as repeat_order_count,
    cast(days_since_last as bigint) as days_since_last,
    cast(t_x_days as bigint) as t_x_days,
    cast(t_days as bigint) as t_days,
    cast(net_amount_reporting as decimal(18, 4)) as net_amount_reporting,
    -- Reversed: the fewest days are 5.
    6 - {{ rank_score('recency_rank', 'customer_count') }} as recency_score,
    {{ rank_score('frequency_rank', 'customer_count') }} as frequency_score,
    case
        when net_amount_reporting is not null
            then {{ rank_score('monetary_rank', 'valued_count') }}
    end as monetary_score,
    first_order_date,
    last_order_date

from ranked_customers
