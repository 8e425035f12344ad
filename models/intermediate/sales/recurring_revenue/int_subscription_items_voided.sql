-- Grain: one row per subscription item that ended at once and whose first invoice was
-- refunded.
with

item_versions as (

    select * from {{ ref('int_subscription_items_versioned') }}

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

lives as (

    select
        source_system,
        subscription_item_id,
        min(started_date) as started_date,
        max_by(ended_date, version_number) as ended_date

    from item_versions

    group by source_system, subscription_item_id

),

short_lives as (

    select
        source_system,
        subscription_item_id

    from lives

    where
        {{ var('subscription_void_days') }} > 0
        and {{ dbt.datediff('started_date', 'ended_date', 'day') }}
        <= {{ var('subscription_void_days') }}

),

first_lines as (

    select
        source_system,
        subscription_item_id,
        invoice_id,
        line_amount

    from invoices

    where
        line_type = 'recurring'
        and line_amount > 0
        and invoiced_date < {{ as_of() }}

    qualify row_number() over (
        partition by source_system, subscription_item_id
        order by invoiced_at, invoice_line_id
    ) = 1

),

refunds as (

    select
        source_system,
        invoice_id,
        subscription_item_id,
        sum(line_amount) as refunded_amount

    from invoices

    where
        line_type = 'refund'
        and invoiced_date < {{ as_of() }}

    group by source_system, invoice_id, subscription_item_id

)

select
    short_lives.source_system,
    short_lives.subscription_item_id

from short_lives

inner join first_lines
    on short_lives.source_system = first_lines.source_system
    and short_lives.subscription_item_id = first_lines.subscription_item_id

inner join refunds
    on first_lines.source_system = refunds.source_system
    and (
        first_lines.subscription_item_id = refunds.subscription_item_id
        -- A refund of the whole invoice names no item.
        or refunds.subscription_item_id is null
        and first_lines.invoice_id = refunds.invoice_id
    )

group by short_lives.source_system, short_lives.subscription_item_id

having -sum(refunds.refunded_amount) >= max(first_lines.line_amount)
