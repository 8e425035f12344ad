with

source as (

    select * from {{ source('raw_crm', 'opportunity_stages') }}

),

opportunity_stages as (

    select
        cast(opportunity_id as varchar) as opportunity_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(pipeline as varchar) as pipeline,
        cast(stage as varchar) as stage,
        cast(source_system as varchar) as source_system,
        cast(stage_order as bigint) as stage_order,
        cast(amount as decimal(18, 4)) as opportunity_amount,
        cast({{ to_local("entered_at") }} as date) as entered_date,
        cast(entered_at as timestamp) as entered_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from opportunity_stages
