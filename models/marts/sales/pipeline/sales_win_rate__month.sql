-- Grain: one row per segment, period, opportunity type and measure.
with

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

closed_opportunities as (

    select
        closed_segment_id as segment_id,
        opportunity_type,
        outcome = 'won' as is_won,
        -- One digit more than the amount has, so that squares are wide decimals:
        -- those of two decimal(18, 4) overflow from an amount of 100,000 on.
        cast(opportunity_amount_reporting as decimal(19, 4)) as closed_value,
        cast(
            case when outcome = 'won' then opportunity_amount_reporting else 0 end
            as decimal(19, 4)
        ) as won_value,
        opportunity_amount_reporting is null as is_amount_missing,
        closed_month

    from opportunities

    where
        is_counted
        and outcome <> 'open'

),

totals as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        case when grouping(opportunity_type) = 1 then 'all' else opportunity_type end
            as opportunity_type,
        case when grouping(closed_month) = 1 then null else closed_month end
            as period_month,
        min(closed_month) as first_month,
        count(*) as closed_count,
        count(*) filter (where is_won) as won_count,
        count(*) filter (where is_amount_missing) as missing_amount_count,
        count(closed_value) as valued_count,
        coalesce(sum(won_value) filter (where not is_amount_missing), 0) as sum_won,
        coalesce(sum(closed_value), 0) as sum_closed,
        sum(won_value * won_value) filter (where not is_amount_missing)
            as sum_won_won,
        sum(won_value * closed_value) as sum_won_closed,
        sum(closed_value * closed_value) as sum_closed_closed

    from closed_opportunities

    group by cube(segment_id, opportunity_type, closed_month)

    -- The grand total of nothing is not a row.
    having count(*) > 0

),

count_rates as (

    select
        segment_id,
        opportunity_type,
        period_month,
        first_month,
        'count' as measure,
        cast(null as varchar) as currency_code,
        closed_count,
        missing_amount_count,
        {{ wilson_interval('won_count', 'closed_count') }}

    from totals

),

value_rates as (

    select
        segment_id,
        opportunity_type,
        period_month,
        first_month,
        'value' as measure,
        '{{ var("reporting_currency") }}' as currency_code,
        closed_count,
        missing_amount_count,
        {{ ratio_interval(
            'sum_won',
            'sum_closed',
            'sum_won_won',
            'sum_won_closed',
            'sum_closed_closed',
            'valued_count',
            lower=0,
            upper=1
        ) }}

    from totals

),

rates as (

    select * from count_rates
    union all
    select * from value_rates

),

rates_with_period as (

    select
        *,
        coalesce(period_month, first_month) as period_start,
        case
            when period_month is null then {{ as_of() }}
            else cast({{ dbt.dateadd('month', 1, 'period_month') }} as date)
        end as period_end

    from rates

)

select
    segment_id,
    case
        when period_month is null then 'all'
        else substring(cast(period_month as varchar), 1, 7)
    end as period_label,
    opportunity_type,
    measure,
    currency_code,
    closed_count,
    missing_amount_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met,
    period_end <= {{ as_of() }} as is_complete,
    period_start,
    period_end

from rates_with_period
