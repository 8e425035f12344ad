with

source as (

    select * from {{ source('raw_crm', 'opportunities') }}

),

opportunities as (

    select
        cast(opportunity_id as varchar) as opportunity_id,
        cast(account_id as varchar) as account_id,
        cast(owner_id as varchar) as owner_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(opportunity_type as varchar) as opportunity_type,
        cast(pipeline as varchar) as pipeline,
        cast(campaign as varchar) as campaign,
        cast(stage as varchar) as stage,
        cast(currency_code as varchar) as currency_code,
        cast(product as varchar) as product,
        cast(lead_source as varchar) as lead_source,
        cast(lost_reason as varchar) as lost_reason,
        cast(source_system as varchar) as source_system,
        cast(amount as decimal(18, 4)) as opportunity_amount,
        cast(is_closed as boolean) as is_closed,
        cast(is_won as boolean) as is_won,
        cast({{ to_local("lead_created_at") }} as date) as lead_created_date,
        cast({{ to_local("created_at") }} as date) as created_date,
        cast(expected_close_date as date) as expected_close_date,
        cast({{ to_local("closed_at") }} as date) as closed_date,
        cast({{ to_local("updated_at") }} as date) as updated_date,
        cast(lead_created_at as timestamp) as lead_created_at,
        cast(created_at as timestamp) as created_at,
        cast(closed_at as timestamp) as closed_at,
        cast(updated_at as timestamp) as updated_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from opportunities
