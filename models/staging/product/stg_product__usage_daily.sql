with

source as (

    select * from {{ source('raw_product', 'usage_daily') }}

),

usage_daily as (

    select
        cast(account_id as varchar) as account_id,
        cast(user_id as varchar) as user_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(source_system as varchar) as source_system,
        cast(active_users as bigint) as active_users,
        cast(sessions as bigint) as sessions,
        cast(events as bigint) as events,
        cast(core_action_count as bigint) as core_action_count,
        cast(usage_date as date) as usage_date

    from source

    where record_status = 'current' and not is_deleted

)

select * from usage_daily
