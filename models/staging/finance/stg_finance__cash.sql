with

source as (

    select * from {{ source('raw_finance', 'cash') }}

),

cash as (

    select
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(currency_code as varchar) as currency_code,
        cast(source_system as varchar) as source_system,
        cast(cash_balance as decimal(18, 4)) as cash_balance_amount,
        cast(net_burn as decimal(18, 4)) as net_burn_amount,
        cast(month as date) as cash_month

    from source

    where record_status = 'current' and not is_deleted

)

select * from cash
