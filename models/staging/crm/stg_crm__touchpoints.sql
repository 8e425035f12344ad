with

source as (

    select * from {{ source('raw_crm', 'touchpoints') }}

),

touchpoints as (

    select
        cast(touchpoint_id as varchar) as touchpoint_id,
        cast(account_id as varchar) as account_id,
        cast(contact_id as varchar) as contact_id,
        cast(referrer_account_id as varchar) as referrer_account_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(channel as varchar) as channel,
        cast(campaign as varchar) as campaign,
        cast(source_system as varchar) as source_system,
        cast(is_self_reported as boolean) as is_self_reported,
        cast(is_rewarded as boolean) as is_rewarded,
        cast({{ to_local("touched_at") }} as date) as touched_date,
        cast(touched_at as timestamp) as touched_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from touchpoints
