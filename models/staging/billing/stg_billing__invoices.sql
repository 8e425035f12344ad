with

source as (

    select * from {{ source('raw_billing', 'invoices') }}

),

invoices as (

    select
        cast(invoice_line_id as varchar) as invoice_line_id,
        cast(invoice_id as varchar) as invoice_id,
        cast(account_id as varchar) as account_id,
        cast(subscription_item_id as varchar) as subscription_item_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(line_type as varchar) as line_type,
        cast(currency_code as varchar) as currency_code,
        cast(status as varchar) as status,
        cast(source_system as varchar) as source_system,
        cast(amount as decimal(18, 4)) as line_amount,
        cast({{ to_local("invoiced_at") }} as date) as invoiced_date,
        cast({{ to_local("paid_at") }} as date) as paid_date,
        cast(period_start as date) as period_start_date,
        cast(period_end as date) as period_end_date,
        cast({{ to_local("due_at") }} as date) as due_date,
        cast(invoiced_at as timestamp) as invoiced_at,
        cast(paid_at as timestamp) as paid_at,
        cast(due_at as timestamp) as due_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from invoices
