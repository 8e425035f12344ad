-- Grain: one row per account id that any feed of a source system names.
with

resolved_accounts as (

    select * from {{ ref('int_accounts_resolved') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

account_map as (

    select * from {{ ref('account_map') }}

),

internal_domains as (

    select * from {{ ref('internal_domains') }}

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

    select * from {{ ref('stg_shop__order_lines') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

invitations as (

    select * from {{ ref('stg_survey__invitations') }}

),

touchpoints as (

    select * from {{ ref('stg_crm__touchpoints') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

feedback as (

    select * from {{ ref('stg_product__feedback') }}

),

usage_days as (

    select * from {{ ref('stg_product__usage_daily') }}

),

release_exposures as (

    select * from {{ ref('stg_product__release_exposures') }}

),

named_accounts as (

    -- `union`, since the same account is named many times.
    select
        source_system,
        account_id

    from resolved_accounts

    union

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

    union

    select
        source_system,
        account_id

    from order_lines

    union

    select
        source_system,
        account_id

    from responses

    union

    select
        source_system,
        account_id

    from invitations

    union

    select
        source_system,
        account_id

    from touchpoints

    union

    select
        source_system,
        account_id

    from leads

    union

    select
        source_system,
        account_id

    from feedback

    union

    select
        source_system,
        account_id

    from usage_days

    union

    select
        source_system,
        account_id

    from release_exposures

),

accounts_by_id as (

    select
        account_id,
        min(source_system) as source_system

    from resolved_accounts

    group by account_id

    -- An id that two systems use for different companies says nothing.
    having count(*) = 1

),

candidates as (

    select
        named_accounts.source_system,
        named_accounts.account_id,
        case
            when account_map.account_id is not null
                then account_map.account_source_system
            when own_accounts.account_id is not null
                then own_accounts.source_system
            else accounts_by_id.source_system
        end as account_source_system,
        coalesce(
            account_map.matched_account_id,
            own_accounts.account_id,
            accounts_by_id.account_id
        ) as found_account_id,
        case
            when account_map.account_id is not null then 'declared_map'
            when own_accounts.account_id is not null then 'id_same_source'
            when accounts_by_id.account_id is not null then 'id_other_source'
            else 'own_id'
        end as match_method

    from named_accounts

    left join account_map
        on named_accounts.source_system = account_map.source_system
        and named_accounts.account_id = account_map.account_id

    left join resolved_accounts as own_accounts
        on named_accounts.source_system = own_accounts.source_system
        and named_accounts.account_id = own_accounts.account_id

    left join accounts_by_id
        on named_accounts.account_id = accounts_by_id.account_id

    where named_accounts.account_id is not null

)

select
    candidates.source_system,
    candidates.account_id,
    candidates.account_source_system,
    coalesce(
        resolved_accounts.surviving_account_id, candidates.found_account_id
    ) as matched_account_id,
    coalesce(
        candidates.account_source_system
        || ':'
        || coalesce(
            resolved_accounts.customer_account_id, candidates.found_account_id
        ),
        candidates.source_system || ':' || candidates.account_id
    ) as customer_key,
    candidates.match_method,
    coalesce(accounts.is_internal, false)
    or coalesce(internal_domains.reason = 'internal', false) as is_internal,
    coalesce(accounts.is_test, false)
    or coalesce(internal_domains.reason = 'test', false) as is_test

from candidates

left join resolved_accounts
    on candidates.account_source_system = resolved_accounts.source_system
    and candidates.found_account_id = resolved_accounts.account_id

left join accounts
    on candidates.account_source_system = accounts.source_system
    and coalesce(
        resolved_accounts.surviving_account_id, candidates.found_account_id
    ) = accounts.account_id

left join internal_domains
    on lower(trim(accounts.domain)) = lower(trim(internal_domains.domain))
