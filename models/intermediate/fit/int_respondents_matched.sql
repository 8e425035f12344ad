-- Grain: one row per survey response or invitation known at the as-of date.
with

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

invitations as (

    select * from {{ ref('stg_survey__invitations') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

free_mail_domains as (

    select * from {{ ref('free_mail_domains') }}

),

internal_domains as (

    select * from {{ ref('internal_domains') }}

),

matched_accounts as (

    select * from {{ ref('int_account_references_matched') }}

),

contacts_by_email as (

    select
        email_hash,
        min(source_system) as source_system,
        min(account_id) as account_id,
        max(coalesce(is_internal, false)) as is_internal

    from contacts

    where
        email_hash is not null
        and account_id is not null

    group by email_hash

    -- An address at two accounts names neither.
    having
        min(source_system || ':' || account_id)
        = max(source_system || ':' || account_id)

),

accounts_by_domain as (

    select
        lower(trim(accounts.domain)) as domain,
        min(accounts.source_system) as source_system,
        min(accounts.account_id) as account_id

    from accounts

    left join free_mail_domains
        on lower(trim(accounts.domain)) = free_mail_domains.domain

    where
        accounts.domain is not null
        and free_mail_domains.domain is null

    group by lower(trim(accounts.domain))

    having count(*) = 1

),

known_records as (

    select
        responses.source_system,
        'response' as record_kind,
        responses.response_id as record_id,
        -- Who answers an invitation is who was invited, even without a name.
        coalesce(
            'invitation ' || invitations.invitation_id,
            'response ' || responses.response_id
        ) as own_name,
        coalesce(responses.account_id, invitations.account_id) as named_account_id,
        coalesce(responses.email_hash, invitations.email_hash) as email_hash,
        coalesce(responses.email_domain, invitations.email_domain) as email_domain,
        coalesce(responses.respondent_id, invitations.respondent_id)
            as respondent_id

    from responses

    left join invitations
        on responses.source_system = invitations.source_system
        and responses.invitation_id = invitations.invitation_id

    where
        responses.submitted_date is null
        or responses.submitted_date < {{ as_of() }}

    union all

    select
        source_system,
        'invitation' as record_kind,
        invitation_id as record_id,
        'invitation ' || invitation_id as own_name,
        account_id as named_account_id,
        email_hash,
        email_domain,
        respondent_id

    from invitations

    where sent_date < {{ as_of() }}

),

respondent_accounts as (

    select
        known_records.source_system,
        known_records.record_kind,
        known_records.record_id,
        known_records.own_name,
        known_records.respondent_id,
        known_records.email_hash,
        case
            when coalesce(named_accounts.match_method, 'own_id') <> 'own_id'
                then known_records.source_system
            when contacts_by_email.email_hash is not null
                then contacts_by_email.source_system
            when accounts_by_domain.domain is not null
                then accounts_by_domain.source_system
            when known_records.named_account_id is not null
                then known_records.source_system
        end as reference_source_system,
        case
            when coalesce(named_accounts.match_method, 'own_id') <> 'own_id'
                then known_records.named_account_id
            when contacts_by_email.email_hash is not null
                then contacts_by_email.account_id
            when accounts_by_domain.domain is not null
                then accounts_by_domain.account_id
            else known_records.named_account_id
        end as reference_account_id,
        case
            when coalesce(named_accounts.match_method, 'own_id') <> 'own_id'
                then named_accounts.match_method
            when contacts_by_email.email_hash is not null then 'email'
            when accounts_by_domain.domain is not null then 'domain'
            when known_records.named_account_id is not null then 'own_id'
            else 'none'
        end as match_method,
        coalesce(contacts_by_email.is_internal, false)
        or coalesce(internal_domains.reason = 'internal', false) as is_internal,
        coalesce(internal_domains.reason = 'test', false) as is_test

    from known_records

    left join matched_accounts as named_accounts
        on known_records.source_system = named_accounts.source_system
        and known_records.named_account_id = named_accounts.account_id

    left join contacts_by_email
        on known_records.email_hash = contacts_by_email.email_hash

    left join accounts_by_domain
        on lower(trim(known_records.email_domain)) = accounts_by_domain.domain

    left join internal_domains
        on lower(trim(known_records.email_domain))
        = lower(trim(internal_domains.domain))

)

select
    respondent_accounts.source_system,
    respondent_accounts.record_kind,
    respondent_accounts.record_id,
    -- Someone who cannot be named is their own respondent.
    case
        when respondent_accounts.respondent_id is not null
            then
                respondent_accounts.source_system
                || ':respondent '
                || respondent_accounts.respondent_id
        when respondent_accounts.email_hash is not null
            then 'email ' || respondent_accounts.email_hash
        else
            respondent_accounts.source_system
            || ':'
            || respondent_accounts.own_name
    end as respondent_key,
    matched_accounts.account_source_system,
    matched_accounts.matched_account_id,
    matched_accounts.customer_key,
    respondent_accounts.match_method,
    respondent_accounts.is_internal or coalesce(matched_accounts.is_internal, false)
        as is_internal,
    respondent_accounts.is_test or coalesce(matched_accounts.is_test, false) as is_test

from respondent_accounts

left join matched_accounts
    on respondent_accounts.reference_source_system = matched_accounts.source_system
    and respondent_accounts.reference_account_id = matched_accounts.account_id
