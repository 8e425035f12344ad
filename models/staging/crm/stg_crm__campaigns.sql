with

source as (

    select * from {{ source('raw_crm', 'campaigns') }}

),

campaigns as (

    select
        cast(campaign_id as varchar) as campaign_id,
        cast(segment as varchar) as segment_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(campaign_name as varchar) as campaign_name,
        cast(channel as varchar) as channel,
        cast(source_system as varchar) as source_system,
        cast(discount_rate as double) as discount_rate,
        cast(start_date as date) as start_date,
        cast(end_date as date) as end_date

    from source

    where record_status = 'current' and not is_deleted

)

select * from campaigns
