-- Grain: one row per customer and month at whose end its recurring revenue is gone.
with

items as (

    select * from {{ ref('int_subscription_items_valued') }}

),

item_versions as (

    select * from {{ ref('int_subscription_items_judged') }}

),

cancel_reasons as (

    select * from {{ ref('cancel_reasons') }}

),

active_months as (

    -- Several items make one month of a customer.
    select
        customer_key,
        mrr_month

    from items

    where mrr_amount <> 0

    group by customer_key, mrr_month

),

months_with_next as (

    select
        customer_key,
        mrr_month as last_month,
        {{ months_later('mrr_month', 1) }} as churn_month,
        lead(mrr_month) over (
            partition by customer_key
            order by mrr_month
        ) as next_month

    from active_months

),

churns as (

    select
        customer_key,
        last_month,
        churn_month,
        {{ months_later('churn_month', 1) }} as churn_month_end_date

    from months_with_next

    where
        next_month is distinct from churn_month
        and {{ months_later('churn_month', 1) }} <= {{ as_of() }}

),

lost_items as (

    select
        churns.customer_key,
        churns.churn_month,
        churns.churn_month_end_date,
        items.source_system,
        items.subscription_item_id

    from churns

    inner join items
        on churns.customer_key = items.customer_key
        and churns.last_month = items.mrr_month

    where items.mrr_amount <> 0

),

items_explained as (

    -- The reason is often noted later than the end that it explains.
    select
        lost_items.customer_key,
        lost_items.churn_month,
        lost_items.source_system,
        lost_items.subscription_item_id,
        max_by(item_versions.cancel_reason, item_versions.version_number) filter (
            where item_versions.cancel_reason is not null
        ) as cancel_reason,
        max(
            item_versions.is_given_up or item_versions.status_group = 'unpaid'
        ) as is_unpaid,
        max(
            item_versions.status_group = 'paused'
            and item_versions.valid_from_date < lost_items.churn_month_end_date
            and item_versions.valid_to_date >= lost_items.churn_month_end_date
        ) as is_paused

    from lost_items

    inner join item_versions
        on lost_items.source_system = item_versions.source_system
        and lost_items.subscription_item_id = item_versions.subscription_item_id

    group by
        lost_items.customer_key,
        lost_items.churn_month,
        lost_items.source_system,
        lost_items.subscription_item_id

),

items_grouped as (

    select
        items_explained.customer_key,
        items_explained.churn_month,
        case
            when items_explained.is_paused then 'voluntary'
            when cancel_reasons.cancel_reason_group is not null
                then cancel_reasons.cancel_reason_group
            when items_explained.is_unpaid then 'involuntary'
            else 'unknown'
        end as churn_reason_group

    from items_explained

    left join cancel_reasons
        on items_explained.cancel_reason = cancel_reasons.cancel_reason

)

select
    customer_key,
    case
        when bool_or(churn_reason_group = 'involuntary') then 'involuntary'
        when bool_or(churn_reason_group = 'voluntary') then 'voluntary'
        else 'unknown'
    end as churn_reason_group,
    churn_month

from items_grouped

group by customer_key, churn_month
