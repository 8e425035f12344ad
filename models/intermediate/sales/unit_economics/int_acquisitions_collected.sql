-- Grain: one row per new customer, and one per won deal of new business.
{%- set basis = checked_variable(
    "acquisition_basis",
    var("acquisition_basis"),
    "auto|subscription|order|either",
    "auto"
) %}
with

mrr_movements as (

    select * from {{ ref('fct_mrr_movements') }}

),

mrr_customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

first_orders as (

    select * from {{ ref('int_customers_first_ordered') }}

),

converted_orders as (

    select * from {{ ref('int_orders_converted') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

subscribers as (

    -- Whoever returns was acquired once: `new` only.
    select
        mrr_movements.customer_key,
        mrr_customer_months.cohort_segment_id as segment_id,
        'subscription' as acquisition_basis,
        mrr_movements.amount as acquired_amount,
        case
            -- One that began earlier, such as with a trial, has no better day than the
            -- last one of its first month with revenue.
            when
                {{ month_of('mrr_customer_months.known_start_date') }}
                = mrr_movements.mrr_month
                then mrr_customer_months.known_start_date
            else
                cast(
                    {{ dbt.dateadd(
                        'day', -1, months_later('mrr_movements.mrr_month', 1)
                    ) }} as date
                )
        end as acquired_date

    from mrr_movements

    inner join mrr_customer_months
        on mrr_movements.customer_key = mrr_customer_months.customer_key
        and mrr_movements.mrr_month = mrr_customer_months.mrr_month

    where mrr_movements.movement = 'new'

),

first_order_amounts as (

    select
        customer_key,
        order_date,
        sum(net_amount_reporting) as net_amount_reporting

    from converted_orders

    group by customer_key, order_date

),

buyers as (

    select
        first_orders.customer_key,
        first_orders.segment_id,
        'order' as acquisition_basis,
        first_order_amounts.net_amount_reporting as acquired_amount,
        first_orders.first_order_date as acquired_date

    from first_orders

    left join first_order_amounts
        on first_orders.customer_key = first_order_amounts.customer_key
        and first_orders.first_order_date = first_order_amounts.order_date

),

candidates as (

    select * from subscribers
    union all
    select * from buyers

),

accepted_bases as (

    -- Where there are subscriptions, a first order makes no customer.
    select
        case
            when '{{ basis }}' <> 'auto' then '{{ basis }}'
            when count(*) > 0 then 'subscription'
            else 'order'
        end as accepted_basis

    from mrr_movements

),

new_customers as (

    select candidates.*

    from candidates

    cross join accepted_bases

    where
        accepted_bases.accepted_basis = 'either'
        or accepted_bases.accepted_basis = candidates.acquisition_basis

    qualify row_number() over (
        partition by candidates.customer_key
        order by
            candidates.acquired_date asc,
            -- On the same day the subscription.
            candidates.acquisition_basis desc
    ) = 1

),

won_deals as (

    -- Who names no kinds of deals sells new business.
    select
        opportunity_key,
        customer_key,
        closed_segment_id as segment_id,
        'deal' as acquisition_basis,
        opportunity_amount_reporting as acquired_amount,
        closed_date as acquired_date

    from opportunities

    where
        is_counted
        and outcome = 'won'
        and opportunity_type in ('new', 'unknown')

),

acquisitions as (

    select
        'new_customer' as acquired_unit,
        customer_key as acquisition_key,
        customer_key,
        segment_id,
        acquisition_basis,
        acquired_amount,
        acquired_date

    from new_customers

    union all

    select
        'won_deal',
        opportunity_key,
        customer_key,
        segment_id,
        acquisition_basis,
        acquired_amount,
        acquired_date

    from won_deals

)

select
    acquired_unit,
    acquisition_key,
    customer_key,
    segment_id,
    acquisition_basis,
    cast(acquired_amount as decimal(18, 4)) as acquired_amount,
    acquired_date,
    {{ month_of('acquired_date') }} as acquired_month

from acquisitions
