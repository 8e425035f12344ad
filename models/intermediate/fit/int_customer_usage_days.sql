-- Grain: one row per customer and day on which it used the product.
with

usage_days as (

    select * from {{ ref('stg_product__usage_daily') }}

),

matched_accounts as (

    select * from {{ ref('int_account_references_matched') }}

),

customer_days as (

    -- Several users of a customer on one day are one day.
    select distinct
        matched_accounts.customer_key,
        usage_days.usage_date

    from usage_days

    inner join matched_accounts
        on usage_days.source_system = matched_accounts.source_system
        and usage_days.account_id = matched_accounts.account_id

    where
        usage_days.usage_date < {{ as_of() }}
        and coalesce(
            usage_days.sessions, usage_days.events, usage_days.active_users, 1
        ) > 0

)

select
    customer_key,
    usage_date,
    row_number() over (
        partition by customer_key
        order by usage_date
    ) as usage_day_number

from customer_days
