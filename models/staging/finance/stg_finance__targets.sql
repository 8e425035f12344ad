with

source as (

    select * from {{ source('raw_finance', 'targets') }}

),

targets as (

    select
        cast(segment as varchar) as segment_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(currency_code as varchar) as currency_code,
        cast(source_system as varchar) as source_system,
        cast(target_amount as decimal(18, 4)) as target_amount,
        cast(period_start as date) as period_start_date,
        cast(period_end as date) as period_end_date

    from source

    where record_status = 'current' and not is_deleted

)

select * from targets
