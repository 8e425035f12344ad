-- Grain: one row per segment and quarter that has a target, and per quarter the total.
with

targets as (

    select * from {{ ref('stg_finance__targets') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

targets_of_quarters as (

    select
        source_system,
        coalesce(segment_id, 'all') as segment_id,
        coalesce(currency_code, '{{ var("reporting_currency") }}') as currency_code,
        target_amount,
        {{ dbt.datediff('period_start_date', 'period_end_date', 'day') }}
            as target_days,
        {{ quarter_of('period_start_date') }} as period_quarter

    from targets

    -- A longer period, such as a year, says nothing of its quarters.
    where
        period_end_date <= {{ months_later(quarter_of('period_start_date'), 3) }}
        and period_start_date < period_end_date

),

targets_with_rate as (

    -- A target is set before its quarter: at the rate of the first day, or of the last
    -- one that is known.
    select
        targets_of_quarters.source_system,
        targets_of_quarters.segment_id,
        targets_of_quarters.target_days,
        targets_of_quarters.period_quarter,
        cast(targets_of_quarters.target_amount * fx_rates.fx_rate as decimal(18, 4))
            as target_amount

    from targets_of_quarters

    left join fx_rates
        on targets_of_quarters.currency_code = fx_rates.currency_code
        and least(
            targets_of_quarters.period_quarter,
            {{ dbt.dateadd('day', -1, as_of()) }}
        ) >= fx_rates.valid_from_date
        and least(
            targets_of_quarters.period_quarter,
            {{ dbt.dateadd('day', -1, as_of()) }}
        ) < fx_rates.valid_to_date

),

whole_quarters as (

    -- Months make a quarter when all of them are there.
    select
        source_system,
        segment_id,
        count(*) as target_count,
        count(target_amount) as rated_count,
        sum(target_amount) as target_amount,
        period_quarter

    from targets_with_rate

    group by source_system, segment_id, period_quarter

    having
        sum(target_days)
        = {{ dbt.datediff(
            'period_quarter', months_later('period_quarter', 3), 'day'
        ) }}

),

targets_by_segment as (

    select * from whole_quarters

    -- Two systems may plan for the same quarter.
    qualify row_number() over (
        partition by segment_id, period_quarter
        order by source_system
    ) = 1

),

declared_totals as (

    select period_quarter

    from targets_by_segment

    where segment_id = 'all'

),

summed_totals as (

    -- A total that nobody declared is the sum of the segments.
    select
        'all' as segment_id,
        sum(targets_by_segment.target_count) as target_count,
        sum(targets_by_segment.rated_count) as rated_count,
        sum(targets_by_segment.target_amount) as target_amount,
        targets_by_segment.period_quarter

    from targets_by_segment

    left join declared_totals
        on targets_by_segment.period_quarter = declared_totals.period_quarter

    where declared_totals.period_quarter is null

    group by targets_by_segment.period_quarter

),

all_targets as (

    select
        segment_id,
        target_count,
        rated_count,
        target_amount,
        period_quarter

    from targets_by_segment

    union all

    select
        segment_id,
        target_count,
        rated_count,
        target_amount,
        period_quarter

    from summed_totals

)

select
    segment_id,
    -- A missing rate is an error, never 1.
    case
        when rated_count = target_count then cast(target_amount as decimal(18, 4))
    end as target_amount,
    period_quarter

from all_targets
