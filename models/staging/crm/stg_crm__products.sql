with

source as (

    select * from {{ source('raw_crm', 'products') }}

),

products as (

    select
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(product as varchar) as product,
        cast(product_family as varchar) as product_family,
        cast(currency_code as varchar) as currency_code,
        cast(source_system as varchar) as source_system,
        cast(list_price as decimal(18, 4)) as list_price_amount

    from source

    where record_status = 'current' and not is_deleted

)

select * from products
