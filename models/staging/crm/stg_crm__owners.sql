with

source as (

    select * from {{ source('raw_crm', 'owners') }}

),

owners as (

    select
        cast(owner_id as varchar) as owner_id,
        cast(segment as varchar) as segment_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(role as varchar) as role,
        cast(currency_code as varchar) as currency_code,
        cast(source_system as varchar) as source_system,
        cast(loaded_cost_month as decimal(18, 4)) as loaded_cost_month_amount,
        cast(hired_date as date) as hired_date,
        cast(ramped_date as date) as ramped_date,
        cast(left_date as date) as left_date

    from source

    where record_status = 'current' and not is_deleted

)

select * from owners
