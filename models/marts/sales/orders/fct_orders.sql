-- Grain: one row per customer, local day, source system and currency; without a
-- customer, one row per order of the source.
with

order_lines as (

    select * from {{ ref('int_order_lines_attributed') }}

),

account_segments as (

    select * from {{ ref('int_account_segments_spanned') }}

),

contract_options as (

    select * from {{ source('ops', 'contract_options') }}

),

systems_keeping_zero_orders as (

    -- Several contracts may feed one system; one that keeps is enough.
    select distinct source_system

    from contract_options

    where
        feed = 'shop.order_lines'
        and option_name = 'zero_value_orders'
        and option_value = 'keep'

),

lines_with_segment as (

    select
        order_lines.source_system,
        order_lines.currency_code,
        order_lines.customer_key,
        order_lines.match_method,
        order_lines.order_id,
        order_lines.line_type,
        order_lines.channel,
        order_lines.own_segment_id,
        account_segments.segment_id as account_segment_id,
        account_segments.segment_basis as account_segment_basis,
        order_lines.line_amount,
        order_lines.is_internal,
        order_lines.is_test,
        order_lines.activity_date,
        case
            when order_lines.customer_key is null then order_lines.activity_order_id
        end as orphan_order_id,
        case
            when order_lines.customer_key is not null then order_lines.activity_date
        end as purchase_date

    from order_lines

    left join account_segments
        on order_lines.account_source_system = account_segments.source_system
        and order_lines.matched_account_id = account_segments.account_id
        and order_lines.activity_date >= account_segments.valid_from_date
        and order_lines.activity_date < account_segments.valid_to_date

),

orders as (

    select
        source_system,
        currency_code,
        customer_key,
        orphan_order_id,
        min(match_method) as match_method,
        min(account_segment_id) as account_segment_id,
        min(account_segment_basis) as account_segment_basis,
        min(own_segment_id) as own_segment_id,
        min(channel) as channel,
        sum(line_amount) as net_amount,
        coalesce(sum(line_amount) filter (where line_amount < 0), 0)
            as returned_amount,
        count(*) as line_count,
        count(*) filter (where line_type = 'cancellation') as cancellation_line_count,
        count(*) filter (where line_type = 'refund') as refund_line_count,
        count(distinct order_id) as source_order_count,
        max(is_internal) as is_internal,
        max(is_test) as is_test,
        min(activity_date) as order_date

    from lines_with_segment

    group by
        source_system,
        currency_code,
        customer_key,
        orphan_order_id,
        purchase_date

),

orders_judged as (

    select
        orders.*,
        case
            when orders.customer_key is null then 'no_customer'
            when orders.is_internal then 'internal'
            when orders.is_test then 'test'
            when orders.net_amount > 0 then null
            when
                orders.net_amount = 0
                and orders.returned_amount = 0
                and systems_keeping_zero_orders.source_system is not null
                then null
            else 'no_net_value'
        end as exclusion_reason

    from orders

    left join systems_keeping_zero_orders
        on orders.source_system = systems_keeping_zero_orders.source_system

)

select
    md5(
        concat_ws(
            '|',
            source_system,
            coalesce(currency_code, ''),
            coalesce('customer ' || customer_key, 'order ' || orphan_order_id),
            case when customer_key is not null then cast(order_date as varchar) end
        )
    ) as order_key,
    customer_key,
    coalesce(account_segment_id, own_segment_id, 'unknown') as segment_id,
    source_system,
    match_method,
    case
        when account_segment_id is not null then account_segment_basis
        when own_segment_id is not null then 'own_record'
        else 'none'
    end as segment_basis,
    currency_code,
    channel,
    exclusion_reason,
    cast(net_amount as decimal(18, 4)) as net_amount,
    cast(returned_amount as decimal(18, 4)) as returned_amount,
    line_count,
    cancellation_line_count,
    refund_line_count,
    source_order_count,
    exclusion_reason is null as is_counted,
    order_date

from orders_judged
