-- Grain: one row per segment, opportunity type, quarter of creation and day since it on
-- which a deal was won, lost or no longer followed, or which is a horizon.
{{ config(materialized='view') }}

with

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

horizons as (

    select listed.horizon_days

    from (values (30), (90), (180), (365)) as listed (horizon_days)

),

followed_opportunities as (

    select
        segment_id,
        opportunity_type,
        outcome,
        cycle_days,
        -- The last day that is over: on it, an open deal was still seen to be open.
        {{ dbt.datediff('created_date', as_of(), 'day') }}
        - 1 as observed_days,
        -- Without usable dates a deal is in no quarter, and in none of the curves.
        case
            when outcome = 'open' or cycle_days is not null
                then cast({{ dbt.date_trunc('quarter', 'created_date') }} as date)
        end as cohort_quarter

    from opportunities

    where is_counted

),

ends as (

    -- Nobody asks for what comes after the longest horizon: day 366 is all of it.
    select
        segment_id,
        opportunity_type,
        cohort_quarter,
        least(coalesce(cycle_days, observed_days), 366) as day_number,
        case when cycle_days <= 365 then outcome else 'open' end as outcome

    from followed_opportunities

    where cohort_quarter is not null

),

ends_by_day as (

    select
        segment_id,
        opportunity_type,
        cohort_quarter,
        day_number,
        count(*) filter (where outcome = 'won') as won_count,
        count(*) filter (where outcome = 'lost') as lost_count,
        count(*) as ended_count,
        0 as followed_count,
        0 as undated_count,
        false as is_horizon

    from ends

    group by segment_id, opportunity_type, cohort_quarter, day_number

),

follow_up_by_horizon as (

    -- Every curve has a row at each horizon, whether anything happened on that day or
    -- not.
    select
        followed_opportunities.segment_id,
        followed_opportunities.opportunity_type,
        followed_opportunities.cohort_quarter,
        horizons.horizon_days as day_number,
        0 as won_count,
        0 as lost_count,
        0 as ended_count,
        count(*) filter (
            where
            followed_opportunities.cohort_quarter is not null
            and followed_opportunities.observed_days >= horizons.horizon_days
        ) as followed_count,
        count(*) filter (where followed_opportunities.cohort_quarter is null)
            as undated_count,
        true as is_horizon

    from followed_opportunities

    cross join horizons

    group by
        followed_opportunities.segment_id,
        followed_opportunities.opportunity_type,
        followed_opportunities.cohort_quarter,
        horizons.horizon_days

),

days as (

    select * from ends_by_day
    union all
    select * from follow_up_by_horizon

)

select
    case when grouping(segment_id) = 1 then 'all' else segment_id end as segment_id,
    case when grouping(opportunity_type) = 1 then 'all' else opportunity_type end
        as opportunity_type,
    case
        when grouping(cohort_quarter) = 1 then 'all'
        else
            cast(extract('year' from cohort_quarter) as varchar)
            || '-Q' || cast(extract('quarter' from cohort_quarter) as varchar)
    end as cohort_label,
    cast(day_number as bigint) as day_number,
    cast(sum(won_count) as bigint) as won_count,
    cast(sum(lost_count) as bigint) as lost_count,
    cast(sum(won_count + lost_count) as bigint) as closed_count,
    cast(sum(ended_count) as bigint) as ended_count,
    cast(sum(followed_count) as bigint) as followed_count,
    cast(sum(undated_count) as bigint) as undated_count,
    bool_or(is_horizon) as is_horizon,
    case when grouping(cohort_quarter) = 1 then null else cohort_quarter end
        as cohort_quarter

from days

group by day_number, cube(segment_id, opportunity_type, cohort_quarter)

having grouping(cohort_quarter) = 1 or cohort_quarter is not null
