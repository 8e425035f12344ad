-- Grain: one row per customer, month and currency with recurring revenue at its end.
with

items as (

    select * from {{ ref('int_subscription_items_valued') }}

),

paying_items as (

    select * from items

    where mrr_amount <> 0

)

select
    customer_key,
    currency_code,
    case
        when min(contract_type) = max(contract_type) then min(contract_type)
        else 'mixed'
    end as contract_type,
    count(*) as item_count,
    count(distinct source_system || ':' || subscription_id) as subscription_count,
    cast(sum(mrr_amount) as decimal(18, 4)) as mrr_amount,
    cast(sum(discount_amount) as decimal(18, 4)) as discount_amount,
    cast(
        coalesce(sum(mrr_amount) filter (where is_leaving), 0) as decimal(18, 4)
    ) as pending_churn_amount,
    max(is_first_extract_month) as is_first_extract_month,
    max(is_from_before) as is_from_before,
    mrr_month,
    min(started_date) as started_date

from paying_items

group by customer_key, currency_code, mrr_month

having sum(mrr_amount) > 0
