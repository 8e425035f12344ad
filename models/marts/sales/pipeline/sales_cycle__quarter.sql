-- Grain: one row per segment, cohort quarter and opportunity type.
with

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

outcomes as (

    select * from {{ ref('int_opportunity_outcomes_cumulated') }}

),

won_opportunities as (

    select
        segment_id,
        opportunity_type,
        cycle_days,
        case
            when closed_date >= lead_created_date
                then {{ dbt.datediff('lead_created_date', 'closed_date', 'day') }}
        end as lead_to_won_days,
        cast({{ dbt.date_trunc('quarter', 'created_date') }} as date)
            as cohort_quarter

    from opportunities

    where
        is_counted
        and outcome = 'won'
        and cycle_days is not null

),

won_cycles as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        case when grouping(opportunity_type) = 1 then 'all' else opportunity_type end
            as opportunity_type,
        case when grouping(cohort_quarter) = 1 then null else cohort_quarter end
            as cohort_quarter,
        count(cycle_days) as won_count,
        count(lead_to_won_days) as lead_won_count,
        percentile_cont(0.25) within group (order by cycle_days)
            as cycle_first_quartile_days,
        percentile_cont(0.5) within group (order by cycle_days)
            as cycle_median_days,
        percentile_cont(0.75) within group (order by cycle_days)
            as cycle_third_quartile_days,
        percentile_cont(0.25) within group (order by lead_to_won_days)
            as lead_to_won_first_quartile_days,
        percentile_cont(0.5) within group (order by lead_to_won_days)
            as lead_to_won_median_days,
        percentile_cont(0.75) within group (order by lead_to_won_days)
            as lead_to_won_third_quartile_days

    from won_opportunities

    group by cube(segment_id, opportunity_type, cohort_quarter)

),

outcomes_with_end as (

    select
        *,
        -- The share won never falls, so that its largest value is that of day 365.
        max(won_rate) over (
            partition by segment_id, opportunity_type, cohort_label
        ) as end_won_rate

    from outcomes

),

cohorts as (

    select
        segment_id,
        opportunity_type,
        cohort_label,
        cohort_quarter,
        max(deal_count) as deal_count,
        max(won_count) as won_within_year_count,
        max(case when day_number = 365 then followed_count end) as followed_count,
        -- The margin is for rounding: half of a rate may come out above itself.
        min(day_number) filter (
            where end_won_rate > 0 and won_rate >= end_won_rate / 2 - 1e-11
        ) as half_won_days,
        cohort_quarter is null
        or {{ dbt.dateadd('month', 3, 'cohort_quarter') }} <= {{ as_of() }}
            as is_complete

    from outcomes_with_end

    group by segment_id, opportunity_type, cohort_label, cohort_quarter

),

cohorts_with_cycles as (

    select
        cohorts.*,
        coalesce(won_cycles.won_count, 0) as won_count,
        coalesce(won_cycles.lead_won_count, 0) as lead_won_count,
        won_cycles.cycle_first_quartile_days,
        won_cycles.cycle_median_days,
        won_cycles.cycle_third_quartile_days,
        won_cycles.lead_to_won_first_quartile_days,
        won_cycles.lead_to_won_median_days,
        won_cycles.lead_to_won_third_quartile_days,
        case when cohorts.is_complete then won_cycles.won_count else 0 end
            as judged_won_count,
        case when cohorts.is_complete then won_cycles.lead_won_count else 0 end
            as judged_lead_won_count,
        case
            when cohorts.is_complete
                then least(cohorts.won_within_year_count, cohorts.followed_count)
            else 0
        end as judged_count

    from cohorts

    left join won_cycles
        on cohorts.segment_id = won_cycles.segment_id
        and cohorts.opportunity_type = won_cycles.opportunity_type
        and cohorts.cohort_quarter is not distinct from won_cycles.cohort_quarter

)

select
    segment_id,
    cohort_label,
    opportunity_type,
    deal_count,
    won_count,
    lead_won_count,
    followed_count,
    case
        when not {{ is_suppressed('judged_won_count') }}
            then cycle_first_quartile_days
    end as won_only_first_quartile_days,
    case when not {{ is_suppressed('judged_won_count') }} then cycle_median_days end
        as won_only_median_days,
    case
        when not {{ is_suppressed('judged_won_count') }}
            then cycle_third_quartile_days
    end as won_only_third_quartile_days,
    case
        when not {{ is_suppressed('judged_lead_won_count') }}
            then lead_to_won_first_quartile_days
    end as won_only_lead_first_quartile_days,
    case
        when not {{ is_suppressed('judged_lead_won_count') }}
            then lead_to_won_median_days
    end as won_only_lead_median_days,
    case
        when not {{ is_suppressed('judged_lead_won_count') }}
            then lead_to_won_third_quartile_days
    end as won_only_lead_third_quartile_days,
    case when not {{ is_suppressed('judged_count') }} then half_won_days end
        as half_won_days,
    {{ min_n_met('judged_won_count') }} as is_min_n_met,
    is_complete,
    followed_count = deal_count as is_horizon_over,
    cohort_quarter

from cohorts_with_cycles
