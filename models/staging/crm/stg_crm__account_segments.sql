with

source as (

    select * from {{ source('raw_crm', 'account_segments') }}

),

account_segments as (

    select
        cast(account_id as varchar) as account_id,
        cast(segment as varchar) as segment_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(source_system as varchar) as source_system,
        cast({{ to_local("valid_from") }} as date) as valid_from_date,
        cast({{ to_local("valid_to") }} as date) as valid_to_date,
        cast(valid_from as timestamp) as valid_from_at,
        cast(valid_to as timestamp) as valid_to_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from account_segments
