-- Grain: one row per order line known at the as-of date.
with

order_lines as (

    select * from {{ ref('stg_shop__order_lines') }}

),

matched_accounts as (

    select * from {{ ref('int_account_references_matched') }}

),

known_lines as (

    select
        order_lines.extract_id,
        order_lines.record_number,
        order_lines.order_id,
        order_lines.segment_id as own_segment_id,
        order_lines.source_system,
        order_lines.currency_code,
        order_lines.channel,
        matched_accounts.account_source_system,
        matched_accounts.matched_account_id,
        coalesce(
            matched_accounts.customer_key,
            order_lines.source_system || ':' || order_lines.customer_id
        ) as customer_key,
        coalesce(
            matched_accounts.match_method,
            case when order_lines.customer_id is not null then 'orders_only' end
        ) as match_method,
        -- Money that goes back belongs to the order that it came with.
        case
            when order_lines.line_type in ('refund', 'cancellation')
                then coalesce(order_lines.related_order_id, order_lines.order_id)
            else order_lines.related_order_id
        end as related_order_id,
        order_lines.line_amount,
        order_lines.quantity,
        coalesce(order_lines.line_type, 'sale') as line_type,
        coalesce(matched_accounts.is_internal, false) as is_internal,
        coalesce(matched_accounts.is_test, false) as is_test,
        order_lines.ordered_date,
        order_lines.ordered_at

    from order_lines

    left join matched_accounts
        on order_lines.source_system = matched_accounts.source_system
        and order_lines.account_id = matched_accounts.account_id

    where order_lines.ordered_date < {{ as_of() }}

),

sales_of_orders as (

    select
        source_system,
        order_id,
        customer_key,
        match_method,
        account_source_system,
        matched_account_id,
        is_internal,
        is_test,
        ordered_date

    from known_lines

    where
        line_type not in ('refund', 'cancellation')
        -- Of most orders nothing comes back, and ranking all lines takes long.
        and exists (
            select 1
            from known_lines as referring_lines
            where
                referring_lines.source_system = known_lines.source_system
                and referring_lines.related_order_id = known_lines.order_id
        )

    qualify row_number() over (
        partition by source_system, order_id
        order by ordered_at, extract_id, record_number
    ) = 1

)

select
    known_lines.extract_id,
    known_lines.record_number,
    known_lines.order_id,
    coalesce(sales_of_orders.order_id, known_lines.order_id) as activity_order_id,
    known_lines.own_segment_id,
    known_lines.source_system,
    known_lines.currency_code,
    known_lines.channel,
    known_lines.line_type,
    coalesce(sales_of_orders.customer_key, known_lines.customer_key) as customer_key,
    case
        when sales_of_orders.customer_key is not null
            then sales_of_orders.match_method
        else known_lines.match_method
    end as match_method,
    case
        when sales_of_orders.customer_key is not null
            then sales_of_orders.account_source_system
        else known_lines.account_source_system
    end as account_source_system,
    case
        when sales_of_orders.customer_key is not null
            then sales_of_orders.matched_account_id
        else known_lines.matched_account_id
    end as matched_account_id,
    known_lines.line_amount,
    known_lines.quantity,
    known_lines.is_internal or coalesce(sales_of_orders.is_internal, false)
        as is_internal,
    known_lines.is_test or coalesce(sales_of_orders.is_test, false) as is_test,
    coalesce(sales_of_orders.ordered_date, known_lines.ordered_date) as activity_date,
    known_lines.ordered_date,
    known_lines.ordered_at

from known_lines

left join sales_of_orders
    on known_lines.source_system = sales_of_orders.source_system
    and known_lines.related_order_id = sales_of_orders.order_id
