-- Grain: one row per touch of a customer known at the as-of date.
with

touchpoints as (

    select * from {{ ref('stg_crm__touchpoints') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

channels as (

    select * from {{ ref('channels') }}

),

matched_accounts as (

    select * from {{ ref('int_account_references_matched') }}

),

named_sources as (

    -- The lower the rank, the closer the record is to what happened.
    select
        touchpoints.source_system,
        coalesce(touchpoints.account_id, contacts.account_id) as account_id,
        'touchpoint' as touch_basis,
        touchpoints.touchpoint_id as touch_id,
        touchpoints.channel,
        1 as basis_rank,
        touchpoints.referrer_account_id is not null as is_referred,
        coalesce(touchpoints.is_rewarded, false) as is_rewarded,
        coalesce(touchpoints.is_self_reported, false) as is_self_reported,
        touchpoints.touched_date,
        touchpoints.touched_at

    from touchpoints

    left join contacts
        on touchpoints.source_system = contacts.source_system
        and touchpoints.contact_id = contacts.contact_id

    union all

    select
        leads.source_system,
        coalesce(leads.account_id, contacts.account_id, opportunities.account_id),
        'lead',
        leads.lead_id,
        leads.channel,
        2,
        false,
        false,
        false,
        leads.created_date,
        leads.created_at

    from leads

    left join contacts
        on leads.source_system = contacts.source_system
        and leads.contact_id = contacts.contact_id

    left join opportunities
        on leads.source_system = opportunities.source_system
        and leads.converted_opportunity_id = opportunities.opportunity_id

    where leads.channel is not null

    union all

    select
        opportunities.source_system,
        opportunities.account_id,
        'opportunity',
        opportunities.opportunity_id,
        opportunities.lead_source,
        3,
        false,
        false,
        false,
        coalesce(opportunities.lead_created_date, opportunities.created_date),
        coalesce(opportunities.lead_created_at, opportunities.created_at)

    from opportunities

    where opportunities.lead_source is not null

)

select
    named_sources.source_system
    || ':'
    || named_sources.touch_basis
    || ':'
    || named_sources.touch_id as touch_key,
    matched_accounts.customer_key,
    named_sources.touch_basis,
    case
        when
            (named_sources.is_referred or channels.channel_group = 'referral')
            and named_sources.is_rewarded
            then 'rewarded_referral'
        -- Who names a referrer was referred, whatever the channel is called.
        when named_sources.is_referred then 'referral'
        else coalesce(channels.channel_group, 'unknown')
    end as channel_group,
    named_sources.basis_rank,
    named_sources.is_self_reported,
    named_sources.touched_date,
    named_sources.touched_at

from named_sources

inner join matched_accounts
    on named_sources.source_system = matched_accounts.source_system
    and named_sources.account_id = matched_accounts.account_id

left join channels
    on lower(trim(named_sources.channel)) = channels.channel

where named_sources.touched_date < {{ as_of() }}
