-- Grain: one row per opportunity, pipeline and stage that it reached, skipped or not.
with

stage_visits as (

    select * from {{ ref('fct_stage_visits') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

recorded_visits as (

    select * from stage_visits

    where
        visit_basis = 'history'
        and is_counted
        and stage_order is not null

),

orders_of_stages as (

    select
        source_system,
        pipeline,
        stage,
        stage_order,
        max(entered_at) as last_entered_at

    from recorded_visits

    group by source_system, pipeline, stage, stage_order

),

stages_in_order as (

    -- An order that was changed holds for the past too, so that deals compare.
    select
        source_system,
        pipeline,
        stage,
        stage_order

    from orders_of_stages

    qualify row_number() over (
        partition by source_system, pipeline, stage
        order by last_entered_at desc, stage_order desc
    ) = 1

),

stages_without_peers as (

    -- Of several stages with one order nobody can say which one was skipped.
    select
        source_system,
        pipeline,
        min(stage) as stage,
        stage_order

    from stages_in_order

    group by source_system, pipeline, stage_order

    having count(*) = 1

),

first_entries as (

    select
        source_system,
        opportunity_key,
        pipeline,
        stage,
        max(case when next_step = 'won' then 1 else 0 end) as left_won_count,
        min(entered_date) as first_entered_date

    from recorded_visits

    group by source_system, opportunity_key, pipeline, stage

),

entries_in_order as (

    -- Who is in a later stage has reached this one, whenever it was entered.
    select
        first_entries.source_system,
        first_entries.opportunity_key,
        first_entries.pipeline,
        first_entries.stage,
        stages_in_order.stage_order,
        max(stages_in_order.stage_order) over all_entries as furthest_order,
        lead(stages_in_order.stage_order) over later_entries as next_order,
        max(first_entries.left_won_count) over all_entries as left_won_count,
        min(first_entries.first_entered_date) over this_and_later_entries
            as reached_date,
        min(first_entries.first_entered_date) over later_entries as next_reached_date

    from first_entries

    inner join stages_in_order
        on first_entries.source_system = stages_in_order.source_system
        and first_entries.pipeline = stages_in_order.pipeline
        and first_entries.stage = stages_in_order.stage

    window
        all_entries as (
            partition by first_entries.opportunity_key, first_entries.pipeline
            order by stages_in_order.stage_order, first_entries.stage
            rows between unbounded preceding and unbounded following
        ),
        this_and_later_entries as (
            partition by first_entries.opportunity_key, first_entries.pipeline
            order by stages_in_order.stage_order, first_entries.stage
            rows between current row and unbounded following
        ),
        later_entries as (
            partition by first_entries.opportunity_key, first_entries.pipeline
            order by stages_in_order.stage_order, first_entries.stage
            rows between 1 following and unbounded following
        )

),

entries_before_a_gap as (

    select
        entries_in_order.source_system,
        entries_in_order.opportunity_key,
        entries_in_order.pipeline,
        entries_in_order.stage_order,
        entries_in_order.furthest_order,
        coalesce(entries_in_order.next_order, 9223372036854775807) as next_order,
        coalesce(entries_in_order.next_reached_date, opportunities.closed_date)
            as next_reached_date

    from entries_in_order

    inner join opportunities
        on entries_in_order.opportunity_key = opportunities.opportunity_key

    where
        entries_in_order.next_order > entries_in_order.stage_order + 1
        -- a win passes all stages of the pipeline that it was won in
        or (
            entries_in_order.next_order is null
            and entries_in_order.left_won_count > 0
            and opportunities.outcome = 'won'
        )

),

stages_skipped as (

    select
        entries_before_a_gap.opportunity_key,
        entries_before_a_gap.pipeline,
        stages_without_peers.stage,
        stages_without_peers.stage_order,
        entries_before_a_gap.furthest_order,
        entries_before_a_gap.next_reached_date as reached_date

    from entries_before_a_gap

    inner join stages_without_peers
        on entries_before_a_gap.source_system = stages_without_peers.source_system
        and entries_before_a_gap.pipeline = stages_without_peers.pipeline

    where
        stages_without_peers.stage_order > entries_before_a_gap.stage_order
        and stages_without_peers.stage_order < entries_before_a_gap.next_order

),

stages_reached as (

    select
        opportunity_key,
        pipeline,
        stage,
        stage_order,
        furthest_order,
        false as is_implied,
        reached_date

    from entries_in_order

    union all

    select
        opportunity_key,
        pipeline,
        stage,
        stage_order,
        furthest_order,
        true as is_implied,
        reached_date

    from stages_skipped

)

select
    stages_reached.opportunity_key,
    opportunities.segment_id,
    opportunities.opportunity_type,
    stages_reached.pipeline,
    stages_reached.stage,
    opportunities.outcome,
    opportunities.opportunity_amount_reporting,
    stages_reached.stage_order,
    stages_reached.is_implied,
    opportunities.outcome = 'won'
    or stages_reached.furthest_order > stages_reached.stage_order as is_advanced,
    stages_reached.reached_date,
    {{ quarter_of('stages_reached.reached_date') }}
        as reached_quarter

from stages_reached

inner join opportunities
    on stages_reached.opportunity_key = opportunities.opportunity_key
