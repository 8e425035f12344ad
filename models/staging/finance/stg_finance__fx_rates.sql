with

source as (

    select * from {{ source('raw_finance', 'fx_rates') }}

),

fx_rates as (

    select
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(currency_code as varchar) as currency_code,
        cast(reporting_currency as varchar) as reporting_currency_code,
        cast(source_system as varchar) as source_system,
        cast(rate as double) as fx_rate,
        cast(rate_date as date) as rate_date

    from source

    where record_status = 'current' and not is_deleted

)

select * from fx_rates
