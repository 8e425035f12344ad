with

source as (

    select * from {{ source('raw_crm', 'opportunity_changes') }}

),

opportunity_changes as (

    select
        cast(opportunity_id as varchar) as opportunity_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(field as varchar) as field_name,
        cast(old_value as varchar) as old_value,
        cast(new_value as varchar) as new_value,
        cast(source_system as varchar) as source_system,
        cast({{ to_local("changed_at") }} as date) as changed_date,
        cast(changed_at as timestamp) as changed_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from opportunity_changes
