-- Grain: one row per visit of an opportunity to a stage in which it was open.
with

stage_visits as (

    select * from {{ ref('int_opportunity_stages_visited') }}

),

closed_opportunities as (

    select * from {{ ref('int_opportunities_closed') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

first_visits as (

    select * from stage_visits

    where visit_number = 1

),

recorded_visits as (

    select
        stage_visits.source_system,
        stage_visits.opportunity_id,
        stage_visits.pipeline,
        stage_visits.stage,
        'history' as visit_basis,
        closed_opportunities.outcome as opportunity_outcome,
        case
            when stage_visits.next_outcome <> 'open' then stage_visits.next_outcome
            when stage_visits.next_outcome is null then null
            when
                coalesce(stage_visits.pipeline, '')
                <> coalesce(stage_visits.next_pipeline, '')
                then 'moved'
            when stage_visits.next_order > stage_visits.stage_order then 'advanced'
            when stage_visits.next_order < stage_visits.stage_order then 'returned'
            else 'moved'
        end as next_step,
        stage_visits.stage_order,
        stage_visits.visit_number,
        stage_visits.is_qualified,
        stage_visits.is_reopening,
        stage_visits.is_regression,
        stage_visits.entered_date,
        stage_visits.left_date as next_date,
        closed_opportunities.closed_date,
        stage_visits.entered_at,
        stage_visits.left_at as next_at,
        closed_opportunities.closed_at

    from stage_visits

    inner join closed_opportunities
        on stage_visits.source_system = closed_opportunities.source_system
        and stage_visits.opportunity_id = closed_opportunities.opportunity_id

    where stage_visits.outcome = 'open'

),

derived_visits as (

    -- What history does not tell, the record does: deals without any, and the time
    -- before a history that starts later than its deal.
    select
        closed_opportunities.source_system,
        closed_opportunities.opportunity_id,
        opportunities.pipeline,
        case
            when first_visits.opportunity_id is null
                then coalesce(closed_opportunities.open_stage, 'unknown')
            else 'unknown'
        end as stage,
        'derived' as visit_basis,
        closed_opportunities.outcome as opportunity_outcome,
        case
            when first_visits.outcome <> 'open' then first_visits.outcome
            when first_visits.outcome = 'open' then 'moved'
        end as next_step,
        case
            when first_visits.opportunity_id is null
                then closed_opportunities.open_stage_order
        end as stage_order,
        cast(0 as bigint) as visit_number,
        first_visits.opportunity_id is null
        and closed_opportunities.is_open_stage_qualified as is_qualified,
        false as is_reopening,
        false as is_regression,
        opportunities.created_date as entered_date,
        first_visits.entered_date as next_date,
        closed_opportunities.closed_date,
        opportunities.created_at as entered_at,
        first_visits.entered_at as next_at,
        closed_opportunities.closed_at

    from closed_opportunities

    inner join opportunities
        on closed_opportunities.source_system = opportunities.source_system
        and closed_opportunities.opportunity_id = opportunities.opportunity_id

    left join first_visits
        on closed_opportunities.source_system = first_visits.source_system
        and closed_opportunities.opportunity_id = first_visits.opportunity_id

    where
        first_visits.opportunity_id is null
        or opportunities.created_date < first_visits.entered_date

),

visits as (

    select * from recorded_visits
    union all
    select * from derived_visits

),

visits_bounded as (

    -- A visit ends with the next one, and with the closing of the deal at the latest;
    -- one that is recorded after the closing has no length.
    select
        *,
        case
            when closed_date is null then next_date
            else
                greatest(
                    coalesce(entered_date, closed_date),
                    least(coalesce(next_date, closed_date), closed_date)
                )
        end as left_date,
        case
            when closed_at is null then next_at
            else
                greatest(
                    coalesce(entered_at, closed_at),
                    least(coalesce(next_at, closed_at), closed_at)
                )
        end as left_at

    from visits

)

select
    source_system,
    opportunity_id,
    coalesce(pipeline, 'unknown') as pipeline,
    stage,
    visit_basis,
    coalesce(next_step, opportunity_outcome) as next_step,
    stage_order,
    visit_number,
    case
        when entered_date is not null
            then {{ dbt.datediff('entered_date', 'left_date', 'day') }}
    end as visit_days,
    is_qualified,
    left_at is null and opportunity_outcome = 'open' as is_open,
    is_reopening,
    is_regression,
    coalesce(
        visit_basis = 'history'
        and left_at < {{ dbt.dateadd('second', 60, 'entered_at') }},
        false
    ) as is_click_through,
    entered_date,
    left_date,
    entered_at,
    left_at

from visits_bounded
