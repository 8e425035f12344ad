-- Grain: one row per visit of an opportunity to a stage, known at the as-of date.
with

stage_entries as (

    select * from {{ ref('stg_crm__opportunity_stages') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

stages as (

    select * from {{ ref('stages') }}

),

stages_of_pipelines as (

    select * from stages

    where pipeline <> 'any'

),

stages_of_any_pipeline as (

    select * from stages

    where pipeline = 'any'

),

flag_counts as (

    select
        source_system,
        lower(trim(stage)) as stage_name,
        count(*) as deal_count,
        count(*) filter (where is_closed or is_won) as closed_count,
        count(*) filter (where is_won) as won_count

    from opportunities

    group by source_system, lower(trim(stage))

),

flagged_outcomes as (

    -- What the flags of most deals say that stand in a stage.
    select
        source_system,
        stage_name,
        case
            when 2 * closed_count <= deal_count then 'open'
            when 2 * won_count > closed_count then 'won'
            else 'lost'
        end as outcome

    from flag_counts

),

entries_of_deals as (

    -- History of deals that are deleted, or were never delivered, is left out.
    select
        stage_entries.source_system,
        stage_entries.opportunity_id,
        coalesce(stage_entries.pipeline, opportunities.pipeline) as pipeline,
        stage_entries.stage,
        lower(trim(stage_entries.stage)) as stage_name,
        stage_entries.stage_order,
        stage_entries.entered_date,
        stage_entries.entered_at

    from stage_entries

    inner join opportunities
        on stage_entries.source_system = opportunities.source_system
        and stage_entries.opportunity_id = opportunities.opportunity_id

    where stage_entries.entered_date < {{ as_of() }}

),

entries_classified as (

    select
        entries_of_deals.source_system,
        entries_of_deals.opportunity_id,
        entries_of_deals.pipeline,
        entries_of_deals.stage,
        coalesce(
            stages_of_pipelines.outcome,
            stages_of_any_pipeline.outcome,
            flagged_outcomes.outcome,
            'open'
        ) as outcome,
        coalesce(
            entries_of_deals.stage_order,
            stages_of_pipelines.stage_order,
            stages_of_any_pipeline.stage_order
        ) as stage_order,
        coalesce(
            stages_of_pipelines.is_qualified,
            stages_of_any_pipeline.is_qualified,
            false
        ) as is_qualified,
        entries_of_deals.entered_date,
        entries_of_deals.entered_at

    from entries_of_deals

    left join stages_of_pipelines
        on lower(trim(entries_of_deals.pipeline)) = stages_of_pipelines.pipeline
        and entries_of_deals.stage_name = stages_of_pipelines.stage

    left join stages_of_any_pipeline
        on entries_of_deals.stage_name = stages_of_any_pipeline.stage

    left join flagged_outcomes
        on entries_of_deals.source_system = flagged_outcomes.source_system
        and entries_of_deals.stage_name = flagged_outcomes.stage_name

),

entries_with_previous as (

    select
        *,
        lag(stage) over opportunity_history as previous_stage,
        lag(pipeline) over opportunity_history as previous_pipeline,
        lag(outcome) over opportunity_history as previous_outcome,
        lag(stage_order) over opportunity_history as previous_order

    from entries_classified

    window opportunity_history as (
        partition by source_system, opportunity_id
        order by entered_at, stage_order nulls last, stage
    )

),

visits as (

    -- Entering the stage that a deal is in already is no new visit.
    select *

    from entries_with_previous

    where
        stage is distinct from previous_stage
        or pipeline is distinct from previous_pipeline

)

select
    source_system,
    opportunity_id,
    pipeline,
    lead(pipeline) over opportunity_visits as next_pipeline,
    stage,
    outcome,
    lead(outcome) over opportunity_visits as next_outcome,
    stage_order,
    lead(stage_order) over opportunity_visits as next_order,
    row_number() over opportunity_visits as visit_number,
    is_qualified,
    coalesce(outcome = 'open' and previous_outcome <> 'open', false) as is_reopening,
    coalesce(
        outcome = 'open'
        and previous_outcome = 'open'
        and pipeline is not distinct from previous_pipeline
        and stage_order < previous_order,
        false
    ) as is_regression,
    entered_date,
    lead(entered_date) over opportunity_visits as left_date,
    entered_at,
    lead(entered_at) over opportunity_visits as left_at

from visits

window opportunity_visits as (
    partition by source_system, opportunity_id
    order by entered_at, stage_order nulls last, stage
)
