-- Grain: one row per segment, opportunity type and month.
with

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

pipeline_days as (

    select * from {{ ref('sales_pipeline__day') }}

),

dates as (

    select * from {{ ref('dim_dates') }}

),

months as (

    select
        calendar_month,
        count(*) as day_count,
        max(calendar_date) as last_date

    from dates

    where is_complete

    group by calendar_month

),

closings as (

    select
        case when grouping(closed_segment_id) = 1 then 'all' else closed_segment_id end
            as segment_id,
        case when grouping(opportunity_type) = 1 then 'all' else opportunity_type end
            as opportunity_type,
        closed_month as calendar_month,
        count(*) as closed_count,
        count(*) filter (where outcome = 'won') as won_count,
        count(opportunity_amount_reporting) filter (where outcome = 'won')
            as valued_count,
        count(cycle_days) filter (where outcome = 'won') as timed_count,
        coalesce(
            sum(opportunity_amount_reporting) filter (where outcome = 'won'), 0
        ) as won_value,
        max(opportunity_amount_reporting) filter (where outcome = 'won')
            as largest_value,
        coalesce(sum(cycle_days) filter (where outcome = 'won'), 0) as won_days

    from opportunities

    where
        is_counted
        and outcome <> 'open'

    group by closed_month, cube(closed_segment_id, opportunity_type)

),

stocks as (

    select
        pipeline_days.segment_id,
        pipeline_days.opportunity_type,
        months.calendar_month,
        coalesce(
            sum(pipeline_days.qualified_deal_count) filter (
                where pipeline_days.stage = 'all'
            ),
            0
        ) as qualified_deal_count,
        coalesce(
            sum(pipeline_days.open_deal_count) filter (
                where pipeline_days.stage = 'unknown'
            ),
            0
        ) as unknown_deal_count

    from pipeline_days

    inner join months
        on pipeline_days.calendar_date = months.last_date

    where pipeline_days.stage in ('all', 'unknown')

    group by
        pipeline_days.segment_id,
        pipeline_days.opportunity_type,
        months.calendar_month

),

sightings as (

    select
        segment_id,
        opportunity_type,
        calendar_month

    from closings

    union all

    select
        segment_id,
        opportunity_type,
        calendar_month

    from stocks

),

cells as (

    select
        segment_id,
        opportunity_type,
        min(calendar_month) as first_month,
        min(min(calendar_month)) over () as first_month_of_all

    from sightings

    group by segment_id, opportunity_type

),

cell_months as (

    select
        cells.segment_id,
        cells.opportunity_type,
        cells.first_month,
        months.day_count,
        months.calendar_month

    from cells

    -- A month without a closing counts as one: nothing closed in it.
    cross join months

    where months.calendar_month >= cells.first_month_of_all

),

monthly_inputs as (

    select
        cell_months.segment_id,
        cell_months.opportunity_type,
        cell_months.first_month,
        cell_months.calendar_month,
        cell_months.day_count,
        coalesce(stocks.qualified_deal_count, 0) as qualified_deal_count,
        coalesce(stocks.unknown_deal_count, 0) as unknown_deal_count,
        coalesce(closings.closed_count, 0) as closed_count,
        coalesce(closings.won_count, 0) as won_count,
        coalesce(closings.valued_count, 0) as valued_count,
        coalesce(closings.timed_count, 0) as timed_count,
        coalesce(closings.won_value, 0) as won_value,
        closings.largest_value,
        coalesce(closings.won_days, 0) as won_days

    from cell_months

    left join closings
        on cell_months.segment_id = closings.segment_id
        and cell_months.opportunity_type = closings.opportunity_type
        and cell_months.calendar_month = closings.calendar_month

    left join stocks
        on cell_months.segment_id = stocks.segment_id
        and cell_months.opportunity_type = stocks.opportunity_type
        and cell_months.calendar_month = stocks.calendar_month

),

trailing_inputs as (

    select
        segment_id,
        opportunity_type,
        first_month,
        calendar_month,
        qualified_deal_count,
        unknown_deal_count,
        count(*) over half_year as month_count,
        sum(closed_count) over half_year as closed_count,
        sum(won_count) over half_year as won_count,
        sum(valued_count) over half_year as valued_count,
        sum(timed_count) over half_year as timed_count,
        sum(day_count) over half_year as day_count,
        sum(won_value) over half_year as won_value,
        max(largest_value) over half_year as largest_value,
        sum(won_days) over half_year as won_days

    from monthly_inputs

    window half_year as (
        partition by segment_id, opportunity_type
        -- this month and the five before it
        order by calendar_month
        rows between 5 preceding and current row
    )

),

factors as (

    select
        *,
        least(won_count, valued_count, timed_count) as judged_count,
        -- Deals of unknown stage may be qualified too; a tenth more changes little.
        case
            when 10 * unknown_deal_count <= qualified_deal_count
                then qualified_deal_count
        end as known_qualified_count,
        case
            when month_count = 6 and not {{ is_suppressed('valued_count') }}
                then {{ safe_divide('won_value', 'valued_count') }}
        end as mean_won_amount,
        case
            when month_count = 6 and not {{ is_suppressed('closed_count') }}
                then {{ safe_divide('won_count', 'closed_count') }}
        end as win_rate,
        case
            when month_count = 6 and not {{ is_suppressed('timed_count') }}
                then {{ safe_divide('won_days', 'timed_count') }}
        end as mean_cycle_days

    from trailing_inputs

)

select
    segment_id,
    opportunity_type,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(
        known_qualified_count * mean_won_amount * win_rate
        / nullif(mean_cycle_days, 0) as decimal(18, 4)
    ) as velocity_amount,
    cast(mean_won_amount as decimal(18, 4)) as mean_won_amount,
    case
        when month_count = 6
            then cast({{ safe_divide('won_value', 'day_count') }} as decimal(18, 4))
    end as won_daily_amount,
    win_rate,
    case
        when mean_won_amount is not null
            then {{ safe_divide('largest_value', 'won_value') }}
    end as top_deal_rate,
    mean_cycle_days,
    cast(known_qualified_count as bigint) as qualified_deal_count,
    cast(unknown_deal_count as bigint) as unknown_deal_count,
    cast(closed_count as bigint) as closed_count,
    cast(won_count as bigint) as won_count,
    cast(valued_count as bigint) as valued_count,
    cast(timed_count as bigint) as timed_count,
    cast(month_count as bigint) as month_count,
    month_count = 6 and {{ min_n_met('judged_count') }} as is_min_n_met,
    cast({{ dbt.dateadd('month', 1, 'calendar_month') }} as date) <= {{ as_of() }}
        as is_complete,
    calendar_month

from factors

where calendar_month >= first_month
