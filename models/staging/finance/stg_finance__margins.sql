with

source as (

    select * from {{ source('raw_finance', 'margins') }}

),

margins as (

    select
        cast(segment as varchar) as segment_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(source_system as varchar) as source_system,
        cast(gross_margin_rate as double) as gross_margin_rate,
        cast(margin_month as date) as margin_month

    from source

    where record_status = 'current' and not is_deleted

)

select * from margins
