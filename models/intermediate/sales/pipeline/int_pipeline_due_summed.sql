-- Grain: one row per day of measuring, quarter, segment, opportunity type, stage,
-- currency and whether the deals are due in the quarter.
with

open_opportunities as (

    select * from {{ ref('int_open_opportunities_spanned') }}

),

first_days as (

    select
        coalesce(
            min(valid_from_date) filter (where not is_undated),
            cast({{ dbt.dateadd('day', -1, as_of()) }} as date)
        ) as first_date

    from open_opportunities

),

dated_opportunities as (

    -- What is sold again is no answer to a target of new revenue.
    select
        open_opportunities.segment_id,
        open_opportunities.opportunity_type,
        open_opportunities.pipeline,
        open_opportunities.stage,
        coalesce(open_opportunities.currency_code, 'unknown') as currency_code,
        open_opportunities.opportunity_amount,
        open_opportunities.expected_close_date,
        greatest(open_opportunities.valid_from_date, first_days.first_date)
            as valid_from_date,
        open_opportunities.valid_to_date

    from open_opportunities

    cross join first_days

    where
        open_opportunities.valid_to_date > first_days.first_date
        and open_opportunities.opportunity_type <> 'renewal'

),

quarter_spans as (

    -- Open at the start of a quarter is who was there at the end of the day before.
    select
        *,
        {{ months_later(quarter_of('valid_from_date'), 3) }} as first_quarter,
        {{ quarter_of('least(valid_to_date, ' ~ as_of() ~ ')') }} as last_quarter

    from dated_opportunities

),

open_at_quarter_starts as (

    select
        segment_id,
        opportunity_type,
        pipeline,
        stage,
        currency_code,
        opportunity_amount,
        expected_close_date,
        {{ each_quarter('first_quarter', 'last_quarter') }} as measured_date

    from quarter_spans

    where first_quarter <= last_quarter

),

open_at_measuring as (

    select
        *,
        'quarter_start' as measured_at

    from open_at_quarter_starts

    union all

    select
        segment_id,
        opportunity_type,
        pipeline,
        stage,
        currency_code,
        opportunity_amount,
        expected_close_date,
        {{ as_of() }} as measured_date,
        'as_of' as measured_at

    from dated_opportunities

    where valid_to_date >= {{ as_of() }}

),

judged as (

    select
        *,
        case
            when expected_close_date is null then 'undated'
            when expected_close_date < measured_date then 'overdue'
            else 'due'
        end as due_status,
        -- What is overdue or without a date stands beside the quarter that runs.
        {{ quarter_of(
            'greatest(coalesce(expected_close_date, measured_date), measured_date)'
        ) }} as due_quarter

    from open_at_measuring

)

select
    segment_id,
    measured_at,
    due_status,
    opportunity_type,
    pipeline,
    stage,
    currency_code,
    count(*) as deal_count,
    count(*) filter (where opportunity_amount is null) as missing_amount_count,
    cast(coalesce(sum(opportunity_amount), 0) as decimal(18, 4)) as amount,
    measured_date,
    due_quarter

from judged

-- At the start of a quarter only that quarter is asked for.
where
    measured_at = 'as_of'
    or due_quarter = measured_date

group by
    segment_id,
    measured_at,
    due_status,
    opportunity_type,
    pipeline,
    stage,
    currency_code,
    measured_date,
    due_quarter
