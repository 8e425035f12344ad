-- Grain: one row per segment, opportunity type, stage, quarter of entry and days in it.
with

stage_visits as (

    select * from {{ ref('fct_stage_visits') }}

),

recorded_visits as (

    select
        *,
        {{ dbt.dateadd('day', -1, as_of()) }} as last_date

    from stage_visits

    where
        visit_basis = 'history'
        and is_counted

),

visits_with_days as (

    -- An open visit has been seen until the end of the last day.
    select
        *,
        coalesce(
            visit_days, {{ dbt.datediff('entered_date', 'last_date', 'day') }}
        ) as observed_days

    from recorded_visits

),

stays as (

    -- Who comes back adds to the time of the first visit; a stage that was clicked
    -- through has not been stayed in.
    select
        opportunity_key,
        opportunity_type,
        pipeline,
        stage,
        max(stage_order) as stage_order,
        bool_and(is_click_through) as is_clicked_through,
        bool_or(is_open) as is_open,
        sum(observed_days) filter (where not is_click_through) as stage_days,
        coalesce(
            min(visit_number) filter (where not is_click_through), min(visit_number)
        ) as first_visit_number

    from visits_with_days

    group by opportunity_key, opportunity_type, pipeline, stage

),

stays_with_entry as (

    select
        visits_with_days.segment_id,
        stays.opportunity_type,
        stays.pipeline,
        stays.stage,
        stays.stage_order,
        stays.is_clicked_through,
        stays.is_open,
        case when not stays.is_clicked_through then stays.stage_days end as stage_days,
        {{ quarter_of('visits_with_days.entered_date') }}
            as entered_quarter

    from stays

    inner join visits_with_days
        on stays.opportunity_key = visits_with_days.opportunity_key
        and stays.first_visit_number = visits_with_days.visit_number

)

select
    segment_id,
    opportunity_type,
    pipeline,
    stage,
    max(stage_order) as stage_order,
    stage_days,
    count(*) filter (where not is_clicked_through and not is_open) as completed_count,
    count(*) filter (where not is_clicked_through and is_open) as open_count,
    count(*) filter (where is_clicked_through) as clicked_count,
    entered_quarter

from stays_with_entry

group by
    segment_id, opportunity_type, pipeline, stage, stage_days, entered_quarter
