-- Grain: one row per account of a source system, merged-away accounts included.
with recursive

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

account_versions as (

    select * from {{ ref('stg_crm__account_versions') }}

),

account_merges as (

    select * from {{ ref('stg_crm__account_merges') }}

),

merges_by_version as (

    -- A merged-away account is often delivered as deleted: any version tells.
    select
        source_system,
        account_id,
        merged_into_account_id

    from account_versions

    where
        merged_into_account_id is not null
        and coalesce(effective_date, date '0001-01-01') < {{ as_of() }}

    qualify row_number() over (
        partition by source_system, account_id
        order by
            effective_at desc nulls last,
            extract_id desc,
            record_number desc nulls last
    ) = 1

),

merges_by_event as (

    select
        source_system,
        from_account_id as account_id,
        into_account_id as merged_into_account_id

    from account_merges

    where merged_date < {{ as_of() }}

),

known_accounts as (

    -- `union`, since an account may be known from several places.
    select
        source_system,
        account_id

    from accounts

    union

    select
        source_system,
        account_id

    from merges_by_version

    union

    select
        source_system,
        account_id

    from merges_by_event

    union

    select
        source_system,
        merged_into_account_id

    from merges_by_event

),

next_accounts as (

    select
        known_accounts.source_system,
        known_accounts.account_id,
        nullif(
            coalesce(
                merges_by_event.merged_into_account_id,
                merges_by_version.merged_into_account_id
            ),
            known_accounts.account_id
        ) as merged_into_account_id,
        nullif(accounts.parent_account_id, known_accounts.account_id)
            as parent_account_id

    from known_accounts

    left join accounts
        on known_accounts.source_system = accounts.source_system
        and known_accounts.account_id = accounts.account_id

    left join merges_by_event
        on known_accounts.source_system = merges_by_event.source_system
        and known_accounts.account_id = merges_by_event.account_id

    left join merges_by_version
        on known_accounts.source_system = merges_by_version.source_system
        and known_accounts.account_id = merges_by_version.account_id

),

chain_links as (

    select
        'survivor' as chain,
        source_system,
        account_id,
        merged_into_account_id as next_account_id

    from next_accounts

    union all

    select
        'customer' as chain,
        source_system,
        account_id,
        coalesce(merged_into_account_id, parent_account_id) as next_account_id

    from next_accounts

),

usable_links as (

    -- A link to an account that nobody delivered leads nowhere and is not followed.
    select
        chain_links.chain,
        chain_links.source_system,
        chain_links.account_id,
        chain_links.next_account_id

    from chain_links

    inner join known_accounts
        on chain_links.source_system = known_accounts.source_system
        and chain_links.next_account_id = known_accounts.account_id

),

steps as (

    select
        chain,
        source_system,
        account_id,
        account_id as reached_account_id,
        0 as step_number

    from chain_links

    union all

    -- The limit ends a walk in a circle; no company has 32 levels of parents.
    select
        steps.chain,
        steps.source_system,
        steps.account_id,
        usable_links.next_account_id as reached_account_id,
        steps.step_number + 1 as step_number

    from steps

    inner join usable_links
        on steps.chain = usable_links.chain
        and steps.source_system = usable_links.source_system
        and steps.reached_account_id = usable_links.account_id

    where steps.step_number < 32

),

visits as (

    select
        chain,
        source_system,
        account_id,
        reached_account_id,
        max(step_number) as last_step_number,
        count(*) as visit_count

    from steps

    group by chain, source_system, account_id, reached_account_id

),

ends as (

    -- The last account of a chain; in a circle the smallest id of those in it.
    select
        chain,
        source_system,
        account_id,
        reached_account_id

    from visits

    qualify row_number() over (
        partition by chain, source_system, account_id
        order by
            case when visit_count > 1 then 1 else 0 end desc,
            case when visit_count > 1 then 0 else last_step_number end desc,
            reached_account_id
    ) = 1

)

select
    next_accounts.source_system,
    next_accounts.account_id,
    survivors.reached_account_id as surviving_account_id,
    customers.reached_account_id as customer_account_id

from next_accounts

inner join ends as survivors
    on next_accounts.source_system = survivors.source_system
    and next_accounts.account_id = survivors.account_id
    and survivors.chain = 'survivor'

inner join ends as customers
    on next_accounts.source_system = customers.source_system
    and next_accounts.account_id = customers.account_id
    and customers.chain = 'customer'
