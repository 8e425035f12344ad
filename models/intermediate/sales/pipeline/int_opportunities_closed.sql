-- Grain: one row per opportunity, with its outcome as it stood at the as-of date.
with

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

stage_visits as (

    select * from {{ ref('int_opportunity_stages_visited') }}

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

visit_counts as (

    select
        source_system,
        opportunity_id,
        count(*) filter (where outcome <> 'open') as closure_count,
        count(*) filter (where is_reopening) as reopened_count

    from stage_visits

    group by source_system, opportunity_id

),

last_visits as (

    select
        source_system,
        opportunity_id,
        stage,
        outcome,
        entered_date,
        entered_at

    from stage_visits

    where left_at is null

),

snapshots as (

    select
        opportunities.source_system,
        opportunities.opportunity_id,
        opportunities.stage,
        coalesce(stages_of_pipelines.stage_order, stages_of_any_pipeline.stage_order)
            as stage_order,
        coalesce(
            stages_of_pipelines.is_qualified,
            stages_of_any_pipeline.is_qualified,
            false
        ) as is_qualified,
        opportunities.closed_date,
        opportunities.closed_at,
        coalesce(
            stages_of_pipelines.outcome,
            stages_of_any_pipeline.outcome,
            case
                when opportunities.is_won then 'won'
                when opportunities.is_closed then 'lost'
            end,
            'open'
        ) as stage_outcome

    from opportunities

    left join stages_of_pipelines
        on lower(trim(opportunities.pipeline)) = stages_of_pipelines.pipeline
        and lower(trim(opportunities.stage)) = stages_of_pipelines.stage

    left join stages_of_any_pipeline
        on lower(trim(opportunities.stage)) = stages_of_any_pipeline.stage

    where
        opportunities.created_date is null
        or opportunities.created_date < {{ as_of() }}

),

snapshot_outcomes as (

    select
        *,
        -- A deal that closes at or after the as-of date is still open.
        case
            when coalesce(closed_date, date '0001-01-01') < {{ as_of() }}
                then stage_outcome
            else 'open'
        end as outcome

    from snapshots

),

outcomes as (

    select
        snapshot_outcomes.source_system,
        snapshot_outcomes.opportunity_id,
        snapshot_outcomes.stage as snapshot_stage,
        snapshot_outcomes.outcome as snapshot_outcome,
        snapshot_outcomes.stage_outcome as snapshot_stage_outcome,
        snapshot_outcomes.stage_order as snapshot_stage_order,
        snapshot_outcomes.is_qualified as is_snapshot_qualified,
        snapshot_outcomes.closed_date as snapshot_closed_date,
        snapshot_outcomes.closed_at as snapshot_closed_at,
        last_visits.stage as visit_stage,
        last_visits.outcome as visit_outcome,
        last_visits.entered_date,
        last_visits.entered_at,
        coalesce(visit_counts.reopened_count, 0) as reopened_count,
        case
            when last_visits.opportunity_id is null then 'snapshot'
            -- History that never saw a closure cannot say when the deal closed.
            when
                visit_counts.closure_count = 0
                and snapshot_outcomes.outcome <> 'open'
                then 'snapshot'
            else 'history'
        end as close_basis

    from snapshot_outcomes

    left join last_visits
        on snapshot_outcomes.source_system = last_visits.source_system
        and snapshot_outcomes.opportunity_id = last_visits.opportunity_id

    left join visit_counts
        on snapshot_outcomes.source_system = visit_counts.source_system
        and snapshot_outcomes.opportunity_id = visit_counts.opportunity_id

),

decided as (

    select
        source_system,
        opportunity_id,
        close_basis,
        case when close_basis = 'history' then visit_stage else snapshot_stage end
            as stage,
        case when close_basis = 'history' then visit_outcome else snapshot_outcome end
            as outcome,
        snapshot_stage,
        snapshot_stage_outcome,
        snapshot_stage_order,
        reopened_count,
        is_snapshot_qualified,
        case
            when close_basis = 'history' then entered_date
            else snapshot_closed_date
        end as decided_date,
        case when close_basis = 'history' then entered_at else snapshot_closed_at end
            as decided_at

    from outcomes

),

decided_and_standing as (

    select
        *,
        -- What a record stands in is a stage of the pipeline only while it is open.
        outcome = 'open' and snapshot_stage_outcome = 'open' as is_in_open_stage

    from decided

)

select
    source_system,
    opportunity_id,
    close_basis,
    stage,
    outcome,
    case when is_in_open_stage then snapshot_stage end as open_stage,
    case when is_in_open_stage then snapshot_stage_order end as open_stage_order,
    reopened_count,
    is_in_open_stage and is_snapshot_qualified as is_open_stage_qualified,
    case when outcome <> 'open' then decided_date end as closed_date,
    case when outcome <> 'open' then decided_at end as closed_at

from decided_and_standing
