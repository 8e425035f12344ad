-- Grain: one row per segment, quarter of entry, opportunity type, pipeline and stage.
{% set cell = [
    "segment_id", "opportunity_type", "pipeline", "stage", "period_quarter"
] %}

with

stage_times as (

    select * from {{ ref('int_stage_times_counted') }}

),

counts_by_days as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        case when grouping(opportunity_type) = 1 then 'all' else opportunity_type end
            as opportunity_type,
        pipeline,
        stage,
        case when grouping(entered_quarter) = 1 then null else entered_quarter end
            as period_quarter,
        stage_days,
        max(stage_order) as stage_order,
        sum(completed_count) as completed_count,
        sum(open_count) as open_count,
        sum(clicked_count) as clicked_count,
        min(entered_quarter) as first_quarter

    from stage_times

    group by
        pipeline, stage, stage_days, cube(segment_id, opportunity_type, entered_quarter)

),

curves as (

    select
        *,
        sum(completed_count + open_count) over rest_of_curve as at_risk_count,
        sum(completed_count) over {{ running_window('stage_days', cell) }}
            as completed_so_far,
        sum(completed_count) over whole_curve as cell_completed_count

    from counts_by_days

    where stage_days is not null

    window
        rest_of_curve as (
            partition by {{ cell | join(', ') }}
            -- who is still there on a day
            order by stage_days
            rows between current row and unbounded following
        ),
        whole_curve as (partition by {{ cell | join(', ') }})

),

survival_curves as (

    select
        *,
        {{ kaplan_meier('at_risk_count', 'completed_count', 'stage_days', cell) }}

    from curves

),

survival_bounds as (

    select
        *,
        {{ log_log_bound(
            'survival', 'survival_error', 'least_at_risk_count', 'low'
        ) }} as survival_low,
        {{ log_log_bound(
            'survival', 'survival_error', 'least_at_risk_count', 'high'
        ) }} as survival_high

    from survival_curves

),

quantiles as (

    select
        {{ cell | join(', ') }},
        {{ quantile_of_counts(
            'stage_days', 'completed_so_far', 'cell_completed_count', 0.25
        ) }} as completed_p25_days,
        {{ quantile_of_counts(
            'stage_days', 'completed_so_far', 'cell_completed_count', 0.5
        ) }} as completed_median_days,
        {{ quantile_of_counts(
            'stage_days', 'completed_so_far', 'cell_completed_count', 0.75
        ) }} as completed_p75_days,
        {{ survival_median('stage_days', 'survival') }} as median_days,
        {{ survival_median('stage_days', 'survival_low') }} as median_ci_low_days,
        {{ survival_median('stage_days', 'survival_high') }} as median_ci_high_days

    from survival_bounds

    group by {{ cell | join(', ') }}

),

totals as (

    select
        {{ cell | join(', ') }},
        max(stage_order) as stage_order,
        cast(sum(completed_count + open_count) as bigint) as deal_count,
        cast(sum(completed_count) as bigint) as completed_count,
        cast(sum(open_count) as bigint) as open_count,
        cast(sum(clicked_count) as bigint) as clicked_count,
        min(first_quarter) as first_quarter

    from counts_by_days

    group by {{ cell | join(', ') }}

),

cells as (

    select
        totals.*,
        quantiles.completed_p25_days,
        quantiles.completed_median_days,
        quantiles.completed_p75_days,
        quantiles.median_days,
        quantiles.median_ci_low_days,
        quantiles.median_ci_high_days,
        coalesce(totals.period_quarter, totals.first_quarter) as period_start,
        case
            when totals.period_quarter is null then {{ as_of() }}
            else {{ months_later('totals.period_quarter', 3) }}
        end as period_end

    from totals

    left join quantiles
        on totals.segment_id = quantiles.segment_id
        and totals.opportunity_type = quantiles.opportunity_type
        and totals.pipeline = quantiles.pipeline
        and totals.stage = quantiles.stage
        and totals.period_quarter is not distinct from quantiles.period_quarter

)

select
    segment_id,
    case
        when period_quarter is null then 'all'
        else {{ quarter_label('period_quarter') }}
    end as period_label,
    opportunity_type,
    pipeline,
    stage,
    stage_order,
    deal_count,
    completed_count,
    open_count,
    clicked_count,
    case when not {{ is_suppressed('deal_count') }} then cast(median_days as double) end
        as median_days,
    case
        when not {{ is_suppressed('deal_count') }}
            then cast(median_ci_low_days as double)
    end as median_ci_low_days,
    case
        when not {{ is_suppressed('deal_count') }}
            then cast(median_ci_high_days as double)
    end as median_ci_high_days,
    case when not {{ is_suppressed('completed_count') }} then completed_p25_days end
        as completed_p25_days,
    case when not {{ is_suppressed('completed_count') }} then completed_median_days end
        as completed_median_days,
    case when not {{ is_suppressed('completed_count') }} then completed_p75_days end
        as completed_p75_days,
    {{ min_n_met('deal_count') }} as is_min_n_met,
    period_end <= {{ as_of() }} as is_complete,
    period_start,
    period_end

from cells
