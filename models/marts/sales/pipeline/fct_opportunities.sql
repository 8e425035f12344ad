-- Grain: one row per opportunity.
with

closed_opportunities as (

    select * from {{ ref('int_opportunities_closed') }}

),

converted_opportunities as (

    select * from {{ ref('int_opportunities_converted') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

matched_accounts as (

    select * from {{ ref('int_account_references_matched') }}

),

account_segments as (

    select * from {{ ref('int_account_segments_spanned') }}

),

products as (

    select * from {{ ref('stg_crm__products') }}

),

channels as (

    select * from {{ ref('channels') }}

),

lost_reasons as (

    select * from {{ ref('lost_reasons') }}

),

product_names as (

    -- Two systems may declare the same product.
    select distinct lower(trim(product)) as product_name from products

),

first_leads as (

    -- Several leads may become one deal: its story begins with the earliest.
    select
        source_system,
        converted_opportunity_id,
        min(created_date) as lead_created_date

    from leads

    where
        converted_opportunity_id is not null
        and created_date < {{ as_of() }}

    group by source_system, converted_opportunity_id

),

opportunities_described as (

    select
        opportunities.source_system,
        opportunities.opportunity_id,
        opportunities.owner_id,
        opportunities.campaign,
        opportunities.opportunity_type,
        opportunities.pipeline,
        opportunities.product,
        opportunities.lead_source,
        opportunities.created_date,
        coalesce(
            case
                when opportunities.lead_created_date < {{ as_of() }}
                    then opportunities.lead_created_date
            end,
            first_leads.lead_created_date
        ) as lead_created_date,
        opportunities.created_at,
        matched_accounts.account_source_system,
        matched_accounts.matched_account_id,
        matched_accounts.customer_key,
        matched_accounts.match_method,
        matched_accounts.is_internal,
        matched_accounts.is_test,
        closed_opportunities.stage,
        closed_opportunities.outcome,
        closed_opportunities.close_basis,
        closed_opportunities.reopened_count,
        closed_opportunities.closed_date,
        closed_opportunities.closed_at,
        cast({{ dbt.date_trunc('month', 'closed_opportunities.closed_date') }} as date)
            as closed_month,
        converted_opportunities.currency_code,
        converted_opportunities.opportunity_amount,
        converted_opportunities.opportunity_amount_reporting,
        converted_opportunities.expected_close_date,
        channels.channel_group,
        case
            when closed_opportunities.outcome <> 'lost' then null
            when opportunities.lost_reason is null then 'missing'
            else coalesce(lost_reasons.lost_reason_group, 'unmapped')
        end as lost_reason_group,
        product_names.product_name is not null as is_product_declared

    from closed_opportunities

    inner join opportunities
        on closed_opportunities.source_system = opportunities.source_system
        and closed_opportunities.opportunity_id = opportunities.opportunity_id

    inner join converted_opportunities
        on closed_opportunities.source_system = converted_opportunities.source_system
        and closed_opportunities.opportunity_id
        = converted_opportunities.opportunity_id

    left join first_leads
        on opportunities.source_system = first_leads.source_system
        and opportunities.opportunity_id = first_leads.converted_opportunity_id

    left join matched_accounts
        on opportunities.source_system = matched_accounts.source_system
        and opportunities.account_id = matched_accounts.account_id

    left join product_names
        on lower(trim(opportunities.product)) = product_names.product_name

    left join channels
        on lower(trim(opportunities.lead_source)) = channels.channel

    left join lost_reasons
        on lower(trim(opportunities.lost_reason)) = lost_reasons.lost_reason

),

opportunities_with_segments as (

    select
        opportunities_described.*,
        created_segments.segment_id as created_segment_id,
        created_segments.segment_basis as created_segment_basis,
        closed_segments.segment_id as closed_month_segment_id,
        closed_segments.segment_basis as closed_month_segment_basis,
        case
            when opportunities_described.is_internal then 'internal'
            when opportunities_described.is_test then 'test'
            when
                opportunities_described.outcome <> 'open'
                and opportunities_described.closed_date is null
                then 'no_close_date'
        end as exclusion_reason

    from opportunities_described

    left join account_segments as created_segments
        on opportunities_described.account_source_system
        = created_segments.source_system
        and opportunities_described.matched_account_id = created_segments.account_id
        -- without a created date: the segment at the start of history
        and coalesce(opportunities_described.created_date, date '0001-01-01')
        >= created_segments.valid_from_date
        and coalesce(opportunities_described.created_date, date '0001-01-01')
        < created_segments.valid_to_date

    left join account_segments as closed_segments
        on opportunities_described.account_source_system
        = closed_segments.source_system
        and opportunities_described.matched_account_id = closed_segments.account_id
        -- a metric of a period takes the segment at the start of the period
        and opportunities_described.closed_month >= closed_segments.valid_from_date
        and opportunities_described.closed_month < closed_segments.valid_to_date

)

select
    source_system || ':' || opportunity_id as opportunity_key,
    customer_key,
    coalesce(account_source_system, source_system) || ':' || matched_account_id
        as account_key,
    coalesce(created_segment_id, 'unknown') as segment_id,
    case
        when closed_month is not null then coalesce(closed_month_segment_id, 'unknown')
    end as closed_segment_id,
    owner_id,
    source_system,
    match_method,
    coalesce(created_segment_basis, 'none') as segment_basis,
    case
        when closed_month is not null then coalesce(closed_month_segment_basis, 'none')
    end as closed_segment_basis,
    coalesce(opportunity_type, 'unknown') as opportunity_type,
    pipeline,
    stage,
    outcome,
    close_basis,
    product,
    campaign,
    lead_source,
    channel_group,
    lost_reason_group,
    currency_code,
    exclusion_reason,
    opportunity_amount,
    opportunity_amount_reporting,
    reopened_count,
    -- Closed before it was created: one of the dates is wrong, and no length is known.
    case
        when closed_date >= created_date
            then {{ dbt.datediff('created_date', 'closed_date', 'day') }}
    end as cycle_days,
    is_product_declared,
    exclusion_reason is null as is_counted,
    lead_created_date,
    created_date,
    expected_close_date,
    closed_date,
    closed_month,
    created_at,
    closed_at

from opportunities_with_segments
