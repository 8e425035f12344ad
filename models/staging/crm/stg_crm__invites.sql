with

source as (

    select * from {{ source('raw_crm', 'invites') }}

),

invites as (

    select
        cast(invite_id as varchar) as invite_id,
        cast(inviting_account_id as varchar) as inviting_account_id,
        cast(converted_account_id as varchar) as converted_account_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(source_system as varchar) as source_system,
        cast({{ to_local("invited_at") }} as date) as invited_date,
        cast({{ to_local("converted_at") }} as date) as converted_date,
        cast(invited_at as timestamp) as invited_at,
        cast(converted_at as timestamp) as converted_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from invites
