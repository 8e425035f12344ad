-- Grain: one row per segment, period, opportunity type, reason and measure.
with

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

lost_opportunities as (

    select
        closed_segment_id as segment_id,
        opportunity_type,
        lost_reason_group,
        -- wide enough for squares, see sales_win_rate__month
        cast(opportunity_amount_reporting as decimal(19, 4)) as lost_value,
        cast({{ dbt.date_trunc('quarter', 'closed_date') }} as date)
            as closed_quarter

    from opportunities

    where
        is_counted
        and outcome = 'lost'

),

reasons as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        case when grouping(opportunity_type) = 1 then 'all' else opportunity_type end
            as opportunity_type,
        case when grouping(closed_quarter) = 1 then null else closed_quarter end
            as period_quarter,
        lost_reason_group,
        min(closed_quarter) as first_quarter,
        count(*) as lost_count,
        count(lost_value) as valued_count,
        count(*) - count(lost_value) as missing_amount_count,
        coalesce(sum(lost_value), 0) as sum_value,
        coalesce(sum(lost_value * lost_value), 0) as sum_value_value

    from lost_opportunities

    group by lost_reason_group, cube(segment_id, opportunity_type, closed_quarter)

),

reasons_with_totals as (

    select
        *,
        min(first_quarter) over cells as cell_first_quarter,
        sum(lost_count) over cells as cell_lost_count,
        sum(valued_count) over cells as cell_valued_count,
        sum(sum_value) over cells as cell_value,
        sum(sum_value_value) over cells as cell_value_value

    from reasons

    window cells as (partition by segment_id, opportunity_type, period_quarter)

),

count_shares as (

    select
        segment_id,
        opportunity_type,
        period_quarter,
        cell_first_quarter,
        lost_reason_group,
        'count' as measure,
        cast(null as varchar) as currency_code,
        lost_count,
        missing_amount_count,
        {{ wilson_interval('lost_count', 'cell_lost_count') }}

    from reasons_with_totals

),

value_shares as (

    -- Of a deal with another reason, nothing is lost for this one.
    select
        segment_id,
        opportunity_type,
        period_quarter,
        cell_first_quarter,
        lost_reason_group,
        'value' as measure,
        '{{ var("reporting_currency") }}' as currency_code,
        lost_count,
        missing_amount_count,
        {{ ratio_interval(
            'sum_value',
            'cell_value',
            'sum_value_value',
            'sum_value_value',
            'cell_value_value',
            'cell_valued_count',
            lower=0,
            upper=1
        ) }}

    from reasons_with_totals

),

shares as (

    select * from count_shares
    union all
    select * from value_shares

),

ranked_shares as (

    select
        *,
        row_number() over (
            partition by segment_id, opportunity_type, period_quarter, measure
            order by estimate desc nulls last, lost_reason_group asc
        ) as reason_rank,
        coalesce(period_quarter, cell_first_quarter) as period_start,
        case
            when period_quarter is null then {{ as_of() }}
            else cast({{ dbt.dateadd('month', 3, 'period_quarter') }} as date)
        end as period_end

    from shares

),

compared_shares as (

    select
        *,
        max(case when reason_rank > 1 then ci_high end) over (
            partition by segment_id, opportunity_type, period_quarter, measure
        ) as highest_other_share

    from ranked_shares

)

select
    segment_id,
    case
        when period_quarter is null then 'all'
        else
            cast(extract('year' from period_quarter) as varchar)
            || '-Q' || cast(extract('quarter' from period_quarter) as varchar)
    end as period_label,
    opportunity_type,
    lost_reason_group,
    measure,
    currency_code,
    lost_count,
    missing_amount_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met,
    -- One reason alone has no other to be told from.
    coalesce(
        is_min_n_met
        and reason_rank = 1
        and ci_low > coalesce(highest_other_share, 0),
        false
    ) as is_top_reason,
    period_end <= {{ as_of() }} as is_complete,
    period_start,
    period_end

from compared_shares
