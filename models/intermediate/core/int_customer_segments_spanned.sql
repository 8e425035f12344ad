-- Grain: one row per customer and span of days in which it had one segment.
with

customers as (

    select * from {{ ref('int_customers_collected') }}

),

resolved_accounts as (

    select * from {{ ref('int_accounts_resolved') }}

),

account_segments as (

    select * from {{ ref('int_account_segments_spanned') }}

),

first_orders as (

    select * from {{ ref('int_customers_first_ordered') }}

),

known_spans as (

    -- The segment of a customer is that of the account at the top of its parents.
    select
        resolved_accounts.source_system || ':' || resolved_accounts.account_id
            as customer_key,
        account_segments.segment_id,
        account_segments.segment_basis,
        account_segments.valid_from_date,
        account_segments.valid_to_date

    from resolved_accounts

    inner join account_segments
        on resolved_accounts.source_system = account_segments.source_system
        and resolved_accounts.account_id = account_segments.account_id

    where resolved_accounts.account_id = resolved_accounts.customer_account_id

),

ends_of_known_spans as (

    select
        customer_key,
        valid_from_date,
        valid_to_date

    from known_spans

    union all

    -- A span of no length at the end of time, so that what comes before it is a gap.
    select
        customer_key,
        date '9999-12-31' as valid_from_date,
        date '9999-12-31' as valid_to_date

    from customers

),

gaps as (

    select
        customer_key,
        coalesce(
            lag(valid_to_date) over (
                partition by customer_key
                order by valid_from_date, valid_to_date
            ),
            date '0001-01-01'
        ) as valid_from_date,
        valid_from_date as valid_to_date

    from ends_of_known_spans

),

filled_gaps as (

    select
        gaps.customer_key,
        case
            when first_orders.segment_basis = 'own_record' then first_orders.segment_id
            else 'unknown'
        end as segment_id,
        case
            when first_orders.segment_basis = 'own_record' then 'own_record'
            else 'none'
        end as segment_basis,
        gaps.valid_from_date,
        gaps.valid_to_date

    from gaps

    left join first_orders
        on gaps.customer_key = first_orders.customer_key

    where gaps.valid_from_date < gaps.valid_to_date

)

select * from known_spans

union all

select * from filled_gaps
