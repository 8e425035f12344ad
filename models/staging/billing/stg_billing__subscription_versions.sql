with

source as (

    select * from {{ source('raw_billing', 'subscriptions') }}

),

subscriptions as (

    select
        cast(subscription_item_id as varchar) as subscription_item_id,
        cast(subscription_id as varchar) as subscription_id,
        cast(account_id as varchar) as account_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(plan as varchar) as plan,
        cast(product as varchar) as product,
        cast(status as varchar) as status,
        cast(currency_code as varchar) as currency_code,
        cast(billing_interval as varchar) as billing_interval,
        cast(cancel_reason as varchar) as cancel_reason,
        cast(discount_duration as varchar) as discount_duration,
        cast(record_status as varchar) as record_status,
        cast(source_system as varchar) as source_system,
        cast(quantity as double) as quantity,
        cast(unit_amount as decimal(18, 4)) as unit_amount,
        cast(interval_count as bigint) as interval_count,
        cast(discount_percent as double) as discount_percent,
        cast(discount_amount as decimal(18, 4)) as discount_amount,
        cast(is_deleted as boolean) as is_deleted,
        cast({{ to_local("started_at") }} as date) as started_date,
        cast({{ to_local("current_period_end") }} as date) as current_period_end_date,
        cast({{ to_local("trial_end_at") }} as date) as trial_end_date,
        cast({{ to_local("paused_from") }} as date) as paused_from_date,
        cast({{ to_local("paused_until") }} as date) as paused_until_date,
        cast({{ to_local("cancel_requested_at") }} as date) as cancel_requested_date,
        cast({{ to_local("ended_at") }} as date) as ended_date,
        cast({{ to_local("discount_end_at") }} as date) as discount_end_date,
        cast({{ to_local("valid_from") }} as date) as valid_from_date,
        cast({{ to_local("updated_at") }} as date) as updated_date,
        cast({{ to_local("effective_at") }} as date) as effective_date,
        cast(started_at as timestamp) as started_at,
        cast(current_period_end as timestamp) as current_period_end_at,
        cast(trial_end_at as timestamp) as trial_end_at,
        cast(paused_from as timestamp) as paused_from_at,
        cast(paused_until as timestamp) as paused_until_at,
        cast(cancel_requested_at as timestamp) as cancel_requested_at,
        cast(ended_at as timestamp) as ended_at,
        cast(discount_end_at as timestamp) as discount_end_at,
        cast(valid_from as timestamp) as valid_from_at,
        cast(updated_at as timestamp) as updated_at,
        cast(effective_at as timestamp) as effective_at

    from source

    where record_status in ('current', 'history')

)

select * from subscriptions
