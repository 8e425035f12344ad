with

source as (

    select * from {{ source('raw_crm', 'account_merges') }}

),

account_merges as (

    select
        cast(from_account_id as varchar) as from_account_id,
        cast(into_account_id as varchar) as into_account_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(source_system as varchar) as source_system,
        cast({{ to_local("merged_at") }} as date) as merged_date,
        cast(merged_at as timestamp) as merged_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from account_merges
