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

entries_classified as (

    select
        stage_entries.source_system,
        stage_entries.opportunity_id,
        stage_entries.pipeline,
        stage_entries.stage,
        coalesce(
            stages_of_pipelines.outcome,
            stages_of_any_pipeline.outcome,
            -- A stage that no seed names: the flags of the deal that stands in it.
            case
                when opportunities.is_won then 'won'
                when opportunities.is_closed then 'lost'
            end,
            'open'
        ) as outcome,
        coalesce(
            stage_entries.stage_order,
            stages_of_pipelines.stage_order,
            stages_of_any_pipeline.stage_order
        ) as stage_order,
        stage_entries.opportunity_amount,
        stage_entries.entered_date,
        stage_entries.entered_at

    from stage_entries

    left join opportunities
        on stage_entries.source_system = opportunities.source_system
        and stage_entries.opportunity_id = opportunities.opportunity_id
        and stage_entries.stage = opportunities.stage

    left join stages_of_pipelines
        on lower(trim(stage_entries.pipeline)) = stages_of_pipelines.pipeline
        and lower(trim(stage_entries.stage)) = stages_of_pipelines.stage

    left join stages_of_any_pipeline
        on lower(trim(stage_entries.stage)) = stages_of_any_pipeline.stage

    where stage_entries.entered_date < {{ as_of() }}

),

entries_with_previous as (

    select
        *,
        lag(stage) over opportunity_history as previous_stage,
        lag(pipeline) over opportunity_history as previous_pipeline

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
    stage,
    outcome,
    stage_order,
    opportunity_amount,
    row_number() over opportunity_visits as visit_number,
    coalesce(
        outcome = 'open' and lag(outcome) over opportunity_visits <> 'open', false
    ) as is_reopening,
    entered_date,
    entered_at,
    lead(entered_at) over opportunity_visits as left_at

from visits

window opportunity_visits as (
    partition by source_system, opportunity_id
    order by entered_at, stage_order nulls last, stage
)
