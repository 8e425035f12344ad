-- Grain: one row per customer that any feed of accounts, invoices or orders names.
with

resolved_accounts as (

    select * from {{ ref('int_accounts_resolved') }}

),

matched_accounts as (

    select * from {{ ref('int_account_references_matched') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

order_lines as (

    select * from {{ ref('int_order_lines_attributed') }}

),

selling_references as (

    -- `union`: a survey alone does not make a customer, what follows does.
    select
        source_system,
        account_id

    from opportunities

    union

    select
        source_system,
        account_id

    from subscriptions

    union

    select
        source_system,
        account_id

    from invoices

),

mentions as (

    select
        source_system || ':' || customer_account_id as customer_key,
        source_system,
        customer_account_id as account_id,
        'crm_account' as customer_origin,
        'id_same_source' as match_method

    from resolved_accounts

    union all

    select
        matched_accounts.customer_key,
        coalesce(
            matched_accounts.account_source_system, matched_accounts.source_system
        ) as source_system,
        matched_accounts.matched_account_id as account_id,
        case
            when matched_accounts.match_method = 'own_id' then 'own_account'
            else 'crm_account'
        end as customer_origin,
        matched_accounts.match_method

    from selling_references

    inner join matched_accounts
        on selling_references.source_system = matched_accounts.source_system
        and selling_references.account_id = matched_accounts.account_id

    union all

    select
        customer_key,
        coalesce(account_source_system, source_system) as source_system,
        matched_account_id as account_id,
        case
            when match_method in ('orders_only', 'own_id') then 'orders'
            else 'crm_account'
        end as customer_origin,
        match_method

    from order_lines

    where customer_key is not null

)

select
    customer_key,
    min(source_system) as source_system,
    min(customer_origin) as customer_origin,
    -- The weakest way in which any of its records was brought to this customer.
    max_by(
        match_method,
        case match_method
            when 'id_same_source' then 1
            when 'declared_map' then 2
            when 'id_other_source' then 3
            when 'own_id' then 4
            when 'orders_only' then 5
        end
    ) as match_method

from mentions

group by customer_key
