with

source as (

    select * from {{ source('raw_crm', 'contacts') }}

),

contacts as (

    select
        cast(contact_id as varchar) as contact_id,
        cast(account_id as varchar) as account_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(email_hash as varchar) as email_hash,
        cast(email_domain as varchar) as email_domain,
        cast(role as varchar) as role,
        cast(persona as varchar) as persona,
        cast(source_system as varchar) as source_system,
        cast(is_internal as boolean) as is_internal,
        cast({{ to_local("created_at") }} as date) as created_date,
        cast(created_at as timestamp) as created_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from contacts
