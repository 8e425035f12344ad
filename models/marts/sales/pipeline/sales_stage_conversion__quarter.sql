-- Grain: one row per segment, quarter of entry, opportunity type, stage and measure.
with

stages_reached as (

    select * from {{ ref('int_stages_reached') }}

),

entries as (

    select
        segment_id,
        opportunity_type,
        pipeline,
        stage,
        stage_order,
        is_implied,
        is_advanced,
        outcome = 'won' as is_won,
        outcome = 'open' as is_open,
        -- A young open deal is not decided; its quarter is not complete.
        outcome <> 'open'
        or reached_date
        <= {{ dbt.dateadd('day', -(var('stage_conversion_days') | int), as_of()) }}
            as is_mature,
        -- One digit more than the amount has, so that squares are wide decimals.
        cast(opportunity_amount_reporting as decimal(19, 4)) as deal_value,
        cast(
            case when outcome = 'won' then opportunity_amount_reporting else 0 end
            as decimal(19, 4)
        ) as won_value,
        reached_quarter

    from stages_reached

),

counts_by_quarter as (

    select
        segment_id,
        opportunity_type,
        pipeline,
        stage,
        min(stage_order) as stage_order,
        count(*) as entered_count,
        count(*) filter (where is_implied) as implied_count,
        count(*) filter (where is_open) as open_count,
        count(*) filter (where is_mature) as mature_count,
        count(*) filter (where is_mature and is_advanced) as advanced_count,
        count(*) filter (where is_mature and is_won) as won_count,
        count(deal_value) filter (where is_mature) as valued_count,
        sum(won_value) filter (where is_mature and deal_value is not null) as sum_won,
        sum(deal_value) filter (where is_mature) as sum_value,
        sum(won_value * won_value) filter (where is_mature and deal_value is not null)
            as sum_won_won,
        sum(won_value * deal_value) filter (where is_mature) as sum_won_value,
        sum(deal_value * deal_value) filter (where is_mature) as sum_value_value,
        reached_quarter

    from entries

    group by segment_id, opportunity_type, pipeline, stage, reached_quarter

),

counts_with_end as (

    select
        *,
        {{ months_later('reached_quarter', 3) }} as quarter_end,
        {{ months_later('reached_quarter', 3) }}
        <= {{ dbt.dateadd('day', -(var('stage_conversion_days') | int), as_of()) }}
            as is_complete

    from counts_by_quarter

),

counts_by_period as (

    select
        *,
        reached_quarter as period_quarter

    from counts_with_end

    union all

    select
        *,
        cast(null as date) as period_quarter

    from counts_with_end

    -- The whole rests on quarters of which every deal had its time.
    where is_complete

),

totals as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        case when grouping(opportunity_type) = 1 then 'all' else opportunity_type end
            as opportunity_type,
        pipeline,
        stage,
        period_quarter,
        min(stage_order) as stage_order,
        cast(sum(entered_count) as bigint) as entered_count,
        cast(sum(implied_count) as bigint) as implied_count,
        cast(sum(open_count) as bigint) as open_count,
        cast(sum(mature_count) as bigint) as mature_count,
        cast(sum(advanced_count) as bigint) as advanced_count,
        cast(sum(won_count) as bigint) as won_count,
        cast(sum(valued_count) as bigint) as valued_count,
        coalesce(sum(sum_won), 0) as sum_won,
        coalesce(sum(sum_value), 0) as sum_value,
        sum(sum_won_won) as sum_won_won,
        sum(sum_won_value) as sum_won_value,
        sum(sum_value_value) as sum_value_value,
        bool_and(is_complete) as is_complete,
        min(reached_quarter) as period_start,
        max(quarter_end) as period_end

    from counts_by_period

    group by pipeline, stage, period_quarter, cube(segment_id, opportunity_type)

),

advanced_rates as (

    select
        segment_id,
        opportunity_type,
        pipeline,
        stage,
        period_quarter,
        stage_order,
        entered_count,
        implied_count,
        open_count,
        mature_count - valued_count as missing_amount_count,
        is_complete,
        period_start,
        period_end,
        'advanced' as measure,
        cast(null as varchar) as currency_code,
        {{ wilson_interval('advanced_count', 'mature_count') }}

    from totals

),

won_rates as (

    select
        segment_id,
        opportunity_type,
        pipeline,
        stage,
        period_quarter,
        stage_order,
        entered_count,
        implied_count,
        open_count,
        mature_count - valued_count as missing_amount_count,
        is_complete,
        period_start,
        period_end,
        'won' as measure,
        cast(null as varchar) as currency_code,
        {{ wilson_interval('won_count', 'mature_count') }}

    from totals

),

won_value_rates as (

    select
        segment_id,
        opportunity_type,
        pipeline,
        stage,
        period_quarter,
        stage_order,
        entered_count,
        implied_count,
        open_count,
        mature_count - valued_count as missing_amount_count,
        is_complete,
        period_start,
        period_end,
        'won_value' as measure,
        '{{ var("reporting_currency") }}' as currency_code,
        {{ ratio_interval(
            'sum_won',
            'sum_value',
            'sum_won_won',
            'sum_won_value',
            'sum_value_value',
            'valued_count',
            lower=0,
            upper=1
        ) }}

    from totals

),

rates as (

    select * from advanced_rates
    union all
    select * from won_rates
    union all
    select * from won_value_rates

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
    measure,
    currency_code,
    stage_order,
    cast({{ var('stage_conversion_days') | int }} as bigint) as maturity_days,
    entered_count,
    implied_count,
    open_count,
    missing_amount_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met,
    is_complete,
    period_start,
    period_end

from rates
