with

source as (

    select * from {{ source('raw_crm', 'leads') }}

),

leads as (

    select
        cast(lead_id as varchar) as lead_id,
        cast(account_id as varchar) as account_id,
        cast(contact_id as varchar) as contact_id,
        cast(converted_opportunity_id as varchar) as converted_opportunity_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(channel as varchar) as channel,
        cast(campaign as varchar) as campaign,
        cast(source_system as varchar) as source_system,
        cast({{ to_local("created_at") }} as date) as created_date,
        cast({{ to_local("converted_at") }} as date) as converted_date,
        cast(created_at as timestamp) as created_at,
        cast(converted_at as timestamp) as converted_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from leads
