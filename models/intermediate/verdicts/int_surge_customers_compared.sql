-- Grain: one row per segment, surge and customer that came in it or before it.
with

episodes as (

    select * from {{ ref('int_surge_episodes_bounded') }}

),

months as (

    select * from {{ ref('verdict_surge_and_fade__month') }}

),

customers as (

    select * from {{ ref('int_customers_acquired') }}

),

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

thresholds_of_surges as (

    select
        cast(
            max(value) filter (where threshold_id = 'surge_history_months') as integer
        ) as history_months

    from thresholds

),

months_of_episodes as (

    select
        episodes.segment_id,
        episodes.episode_label,
        case
            when months.acquired_month >= episodes.episode_start_month then 'focus'
            else 'other'
        end as side,
        months.acquired_month

    from episodes

    cross join thresholds_of_surges

    inner join months
        on episodes.segment_id = months.segment_id
        and episodes.episode_end_month >= months.acquired_month
        and episodes.episode_start_month <= {{ months_later(
            'months.acquired_month', 'thresholds_of_surges.history_months'
        ) }}
        -- Earlier surges are nobody's base.
        and (
            not months.is_surge
            or episodes.episode_start_month <= months.acquired_month
        )

),

customers_with_total as (

    select
        segment_id,
        customer_key,
        acquisition_basis,
        acquired_month

    from customers

    union all

    select
        'all' as segment_id,
        customer_key,
        acquisition_basis,
        acquired_month

    from customers

)

select
    months_of_episodes.segment_id,
    months_of_episodes.episode_label,
    customers_with_total.customer_key,
    months_of_episodes.side,
    case
        when customers_with_total.acquisition_basis = 'order' then 'orders'
        else 'contract'
    end as activity_basis,
    -- The contract that it came on: who changes later does not change sides.
    case
        when customers_with_total.acquisition_basis = 'order' then 'none'
        else coalesce(customer_months.contract_type, 'other')
    end as contract_type,
    coalesce(customer_months.discount_amount > 0, false) as is_discounted,
    months_of_episodes.acquired_month

from months_of_episodes

inner join customers_with_total
    on months_of_episodes.segment_id = customers_with_total.segment_id
    and months_of_episodes.acquired_month = customers_with_total.acquired_month

left join customer_months
    on customers_with_total.customer_key = customer_months.customer_key
    and customers_with_total.acquired_month = customer_months.mrr_month
    and customers_with_total.acquisition_basis = 'subscription'
