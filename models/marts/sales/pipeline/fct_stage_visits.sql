-- Grain: one row per visit of an opportunity to a stage in which it was open.
with

visits as (

    select * from {{ ref('int_stage_visits_bounded') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

account_segments as (

    select * from {{ ref('int_account_segments_spanned') }}

),

visits_of_opportunities as (

    select
        *,
        source_system || ':' || opportunity_id as opportunity_key

    from visits

),

segments_of_accounts as (

    select
        source_system || ':' || account_id as account_key,
        segment_id,
        segment_basis,
        valid_from_date,
        valid_to_date

    from account_segments

)

select
    visits_of_opportunities.opportunity_key,
    opportunities.customer_key,
    opportunities.account_key,
    coalesce(segments_of_accounts.segment_id, 'unknown') as segment_id,
    opportunities.owner_id,
    visits_of_opportunities.source_system,
    coalesce(segments_of_accounts.segment_basis, 'none') as segment_basis,
    opportunities.opportunity_type,
    visits_of_opportunities.pipeline,
    visits_of_opportunities.stage,
    visits_of_opportunities.visit_basis,
    visits_of_opportunities.next_step,
    visits_of_opportunities.stage_order,
    visits_of_opportunities.visit_number,
    visits_of_opportunities.visit_days,
    visits_of_opportunities.is_qualified,
    visits_of_opportunities.is_open,
    visits_of_opportunities.is_reopening,
    visits_of_opportunities.is_regression,
    visits_of_opportunities.is_click_through,
    opportunities.is_counted,
    visits_of_opportunities.entered_date,
    visits_of_opportunities.left_date,
    visits_of_opportunities.entered_at,
    visits_of_opportunities.left_at

from visits_of_opportunities

inner join opportunities
    on visits_of_opportunities.opportunity_key = opportunities.opportunity_key

left join segments_of_accounts
    on opportunities.account_key = segments_of_accounts.account_key
    -- without a day of entry: the segment at the start of history
    and coalesce(visits_of_opportunities.entered_date, date '0001-01-01')
    >= segments_of_accounts.valid_from_date
    and coalesce(visits_of_opportunities.entered_date, date '0001-01-01')
    < segments_of_accounts.valid_to_date
