with

source as (

    select * from {{ source('raw_crm', 'accounts') }}

),

accounts as (

    select
        cast(account_id as varchar) as account_id,
        cast(parent_account_id as varchar) as parent_account_id,
        cast(merged_into_account_id as varchar) as merged_into_account_id,
        cast(segment as varchar) as segment_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(account_name as varchar) as account_name,
        cast(industry as varchar) as industry,
        cast(country_code as varchar) as country_code,
        cast(domain as varchar) as domain,
        cast(source_system as varchar) as source_system,
        cast(employee_count as bigint) as employee_count,
        cast(is_internal as boolean) as is_internal,
        cast(is_test as boolean) as is_test,
        cast(is_deleted as boolean) as is_deleted,
        cast({{ to_local("created_at") }} as date) as created_date,
        cast({{ to_local("updated_at") }} as date) as updated_date,
        cast({{ to_local("effective_at") }} as date) as effective_date,
        cast(created_at as timestamp) as created_at,
        cast(updated_at as timestamp) as updated_at,
        cast(effective_at as timestamp) as effective_at,
        cast(loaded_at as timestamp) as loaded_at

    from source

    where record_status in ('current', 'history')

)

select * from accounts
