-- Grain: one row per customer.
with

customers as (

    select * from {{ ref('int_customers_collected') }}

),

first_orders as (

    select * from {{ ref('int_customers_first_ordered') }}

),

resolved_accounts as (

    select * from {{ ref('int_accounts_resolved') }}

),

matched_accounts as (

    select * from {{ ref('int_account_references_matched') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

account_segments as (

    select * from {{ ref('int_account_segments_spanned') }}

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

customer_accounts as (

    select
        resolved_accounts.source_system || ':' || resolved_accounts.account_id
            as customer_key,
        resolved_accounts.source_system,
        resolved_accounts.account_id,
        accounts.industry,
        accounts.country_code,
        accounts.employee_count,
        accounts.created_date

    from resolved_accounts

    left join accounts
        on resolved_accounts.source_system = accounts.source_system
        and resolved_accounts.account_id = accounts.account_id

    where resolved_accounts.account_id = resolved_accounts.customer_account_id

),

customer_flags as (

    select
        customer_key,
        max(is_internal) as is_internal,
        max(is_test) as is_test,
        count(*) filter (where match_method = 'id_same_source') as account_count

    from matched_accounts

    group by customer_key

),

first_invoices as (

    select
        matched_accounts.customer_key,
        min(invoices.invoiced_date) as first_invoice_date

    from invoices

    inner join matched_accounts
        on invoices.source_system = matched_accounts.source_system
        and invoices.account_id = matched_accounts.account_id

    where
        invoices.line_amount > 0
        and coalesce(invoices.line_type, 'recurring')
        in ('recurring', 'usage', 'one_off')
        and invoices.invoiced_date < {{ as_of() }}

    group by matched_accounts.customer_key

),

customers_described as (

    select
        customers.customer_key,
        customers.source_system,
        customers.customer_origin,
        customers.match_method,
        customer_accounts.source_system as account_source_system,
        customer_accounts.account_id,
        customer_accounts.industry,
        customer_accounts.country_code,
        customer_accounts.employee_count,
        coalesce(customer_flags.account_count, 0) as account_count,
        coalesce(first_orders.purchase_day_count, 0) as purchase_day_count,
        coalesce(customer_flags.is_internal, false) as is_internal,
        coalesce(customer_flags.is_test, false) as is_test,
        first_orders.segment_id as first_order_segment_id,
        first_orders.segment_basis as first_order_segment_basis,
        first_orders.first_order_date,
        first_orders.last_order_date,
        first_invoices.first_invoice_date,
        -- `least` skips what is missing.
        least(first_orders.first_order_date, first_invoices.first_invoice_date)
            as first_paid_date,
        customer_accounts.created_date

    from customers

    left join customer_accounts
        on customers.customer_key = customer_accounts.customer_key

    left join customer_flags
        on customers.customer_key = customer_flags.customer_key

    left join first_orders
        on customers.customer_key = first_orders.customer_key

    left join first_invoices
        on customers.customer_key = first_invoices.customer_key

),

customers_with_segment as (

    select
        customers_described.*,
        account_segments.segment_id as account_segment_id,
        account_segments.segment_basis as account_segment_basis

    from customers_described

    left join account_segments
        on customers_described.account_source_system
        = account_segments.source_system
        and customers_described.account_id = account_segments.account_id
        and coalesce(
            customers_described.first_paid_date,
            customers_described.created_date,
            date '0001-01-01'
        ) >= account_segments.valid_from_date
        and coalesce(
            customers_described.first_paid_date,
            customers_described.created_date,
            date '0001-01-01'
        ) < account_segments.valid_to_date

)

select
    customer_key,
    coalesce(account_segment_id, first_order_segment_id, 'unknown') as segment_id,
    source_system,
    case
        when account_segment_id is not null then account_segment_basis
        else coalesce(first_order_segment_basis, 'none')
    end as segment_basis,
    customer_origin,
    match_method,
    industry,
    country_code,
    employee_count,
    account_count,
    purchase_day_count,
    first_paid_date is not null as is_paying,
    is_internal,
    is_test,
    created_date,
    first_order_date,
    last_order_date,
    first_invoice_date,
    first_paid_date

from customers_with_segment
