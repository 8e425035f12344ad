with

source as (

    select * from {{ source('raw_shop', 'order_lines') }}

),

order_lines as (

    select
        cast(order_id as varchar) as order_id,
        cast(line_number as bigint) as line_number,
        cast(account_id as varchar) as account_id,
        cast(customer_id as varchar) as customer_id,
        cast(related_order_id as varchar) as related_order_id,
        cast(segment as varchar) as segment_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(product as varchar) as product,
        cast(currency_code as varchar) as currency_code,
        cast(line_type as varchar) as line_type,
        cast(channel as varchar) as channel,
        cast(coupon as varchar) as coupon,
        cast(source_system as varchar) as source_system,
        cast(quantity as double) as quantity,
        cast(unit_amount as decimal(18, 4)) as unit_amount,
        cast(line_amount as decimal(18, 4)) as line_amount,
        cast({{ to_local("ordered_at") }} as date) as ordered_date,
        cast(ordered_at as timestamp) as ordered_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from order_lines
