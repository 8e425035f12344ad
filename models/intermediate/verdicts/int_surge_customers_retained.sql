-- Grain: one row per segment, surge, contract type and horizon in months.
with

surge_customers as (

    select * from {{ ref('int_surge_customers_compared') }}

),

active_months as (

    select * from {{ ref('int_customers_active') }}

),

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

mrr_movements as (

    select * from {{ ref('fct_mrr_movements') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

horizons as (

    -- `union`: the horizon that decides may be one of those that are always told.
    {% for months in [1, 3, 6, 12] -%}
    select {{ months }} as horizon_months
    union
    {% endfor -%}
    select cast(value as integer) as horizon_months
    from thresholds
    where threshold_id in ('fade_horizon_months', 'fade_annual_horizon_months')

),

customers_at_horizons as (

    select
        surge_customers.segment_id,
        surge_customers.episode_label,
        surge_customers.customer_key,
        surge_customers.side,
        surge_customers.activity_basis,
        surge_customers.contract_type,
        surge_customers.is_discounted,
        horizons.horizon_months,
        surge_customers.acquired_month,
        {{ months_later('surge_customers.acquired_month', 'horizons.horizon_months') }}
            as horizon_month

    from surge_customers

    cross join horizons

),

contractions as (

    select
        customers_at_horizons.segment_id,
        customers_at_horizons.episode_label,
        customers_at_horizons.customer_key,
        customers_at_horizons.horizon_months,
        count(*) as contraction_count

    from customers_at_horizons

    inner join mrr_movements
        on customers_at_horizons.customer_key = mrr_movements.customer_key
        and customers_at_horizons.acquired_month < mrr_movements.mrr_month
        and customers_at_horizons.horizon_month >= mrr_movements.mrr_month

    where
        customers_at_horizons.side = 'focus'
        and mrr_movements.movement = 'contraction'

    group by
        customers_at_horizons.segment_id,
        customers_at_horizons.episode_label,
        customers_at_horizons.customer_key,
        customers_at_horizons.horizon_months

),

outcomes as (

    select
        customers_at_horizons.segment_id,
        customers_at_horizons.episode_label,
        customers_at_horizons.contract_type,
        customers_at_horizons.horizon_months,
        customers_at_horizons.side,
        customers_at_horizons.is_discounted,
        active_months.customer_key is not null as is_retained,
        -- Whoever stays when its discount ends, or pays less, has not churned.
        customers_at_horizons.is_discounted
        and not coalesce(customer_months.discount_amount > 0, false)
            as has_discount_ended,
        contractions.customer_key is not null as has_contracted

    from customers_at_horizons

    left join active_months
        on customers_at_horizons.customer_key = active_months.customer_key
        and customers_at_horizons.activity_basis = active_months.activity_basis
        and customers_at_horizons.horizon_month = active_months.active_month

    left join customer_months
        on customers_at_horizons.customer_key = customer_months.customer_key
        and customers_at_horizons.horizon_month = customer_months.mrr_month
        and customers_at_horizons.activity_basis = 'contract'

    left join contractions
        on customers_at_horizons.segment_id = contractions.segment_id
        and customers_at_horizons.episode_label = contractions.episode_label
        and customers_at_horizons.customer_key = contractions.customer_key
        and customers_at_horizons.horizon_months = contractions.horizon_months

)

select
    segment_id,
    episode_label,
    contract_type,
    horizon_months,
    count(*) filter (where side = 'focus') as surge_customer_count,
    count(*) filter (where side = 'focus' and is_retained) as surge_retained_count,
    count(*) filter (where side = 'other') as base_customer_count,
    count(*) filter (where side = 'other' and is_retained) as base_retained_count,
    count(*) filter (where side = 'focus' and is_discounted) as discounted_count,
    count(*) filter (where side = 'focus' and is_retained and has_discount_ended)
        as discount_ended_count,
    count(*) filter (where side = 'focus' and is_retained and has_contracted)
        as contracted_count

from outcomes

group by segment_id, episode_label, contract_type, horizon_months
