with

source as (

    select * from {{ source('raw_finance', 'spend') }}

),

spend as (

    select
        cast(spend_id as varchar) as spend_id,
        cast(segment as varchar) as segment_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(function as varchar) as spend_function,
        cast(channel as varchar) as channel,
        cast(campaign as varchar) as campaign,
        cast(currency_code as varchar) as currency_code,
        cast(source_system as varchar) as source_system,
        cast(amount as decimal(18, 4)) as spend_amount,
        cast(is_headcount as boolean) as is_headcount,
        cast(spend_month as date) as spend_month

    from source

    where record_status = 'current' and not is_deleted

)

select * from spend
