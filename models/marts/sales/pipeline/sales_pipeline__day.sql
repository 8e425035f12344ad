-- Grain: one row per day, segment, opportunity type, pipeline and stage.
with

pipeline_changes as (

    select * from {{ ref('int_pipeline_changes_summed') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

dates as (

    select * from {{ ref('dim_dates') }}

),

cells as (

    select
        segment_id,
        opportunity_type,
        pipeline,
        stage,
        currency_code,
        is_qualified,
        min(changed_date) as first_date

    from pipeline_changes

    group by
        segment_id, opportunity_type, pipeline, stage, currency_code, is_qualified

),

days_of_cells as (

    select
        cells.segment_id,
        cells.opportunity_type,
        cells.pipeline,
        cells.stage,
        cells.currency_code,
        cells.is_qualified,
        dates.calendar_date

    from cells

    inner join dates
        on cells.first_date <= dates.calendar_date

    where dates.is_complete

),

changes_of_days as (

    select
        days_of_cells.segment_id,
        days_of_cells.opportunity_type,
        days_of_cells.pipeline,
        days_of_cells.stage,
        days_of_cells.currency_code,
        days_of_cells.is_qualified,
        coalesce(pipeline_changes.deal_change, 0) as deal_change,
        coalesce(pipeline_changes.amount_change, 0) as amount_change,
        coalesce(pipeline_changes.missing_amount_change, 0) as missing_amount_change,
        coalesce(pipeline_changes.undated_change, 0) as undated_change,
        coalesce(pipeline_changes.derived_change, 0) as derived_change,
        days_of_cells.calendar_date

    from days_of_cells

    left join pipeline_changes
        on days_of_cells.segment_id = pipeline_changes.segment_id
        and days_of_cells.opportunity_type = pipeline_changes.opportunity_type
        and days_of_cells.pipeline = pipeline_changes.pipeline
        and days_of_cells.stage = pipeline_changes.stage
        and days_of_cells.currency_code = pipeline_changes.currency_code
        and days_of_cells.is_qualified = pipeline_changes.is_qualified
        and days_of_cells.calendar_date = pipeline_changes.changed_date

),

balances as (

    select
        segment_id,
        opportunity_type,
        pipeline,
        stage,
        currency_code,
        is_qualified,
        deal_change,
        amount_change,
        sum(deal_change) over cell_history as deal_count,
        sum(amount_change) over cell_history as amount,
        sum(missing_amount_change) over cell_history as missing_amount_count,
        sum(undated_change) over cell_history as undated_count,
        sum(derived_change) over cell_history as derived_count,
        calendar_date

    from changes_of_days

    window cell_history as (
        partition by
            segment_id, opportunity_type, pipeline, stage, currency_code, is_qualified
        -- a balance runs from day to day
        order by calendar_date
        rows between unbounded preceding and current row
    )

),

balances_with_rates as (

    select
        balances.*,
        closing_rates.fx_rate as closing_rate,
        -- Movements at the rate of the day before, so that rates have a line of their
        -- own; a first balance has only the one of its day.
        coalesce(opening_rates.fx_rate, closing_rates.fx_rate) as opening_rate

    from balances

    left join fx_rates as closing_rates
        on balances.currency_code = closing_rates.currency_code
        and balances.calendar_date >= closing_rates.valid_from_date
        and balances.calendar_date < closing_rates.valid_to_date

    left join fx_rates as opening_rates
        on balances.currency_code = opening_rates.currency_code
        and balances.calendar_date > opening_rates.valid_from_date
        and balances.calendar_date <= opening_rates.valid_to_date

),

converted_balances as (

    -- Nothing is nothing in every currency, also in one without a rate.
    select
        *,
        case
            when amount = 0 then cast(0 as decimal(18, 4))
            else cast(amount * closing_rate as decimal(18, 4))
        end as open_amount,
        case
            when amount = 0 then cast(0 as decimal(18, 4))
            else cast(amount * opening_rate as decimal(18, 4))
        end as open_amount_at_opening_rate,
        case
            when amount = amount_change then cast(0 as decimal(18, 4))
            else cast((amount - amount_change) * opening_rate as decimal(18, 4))
        end as previous_amount

    from balances_with_rates

),

totals as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        case when grouping(opportunity_type) = 1 then 'all' else opportunity_type end
            as opportunity_type,
        case when grouping(pipeline) = 1 then 'all' else pipeline end as pipeline,
        case when grouping(stage) = 1 then 'all' else stage end as stage,
        sum(open_amount) as open_amount,
        sum(open_amount) filter (where is_qualified) as qualified_amount,
        sum(open_amount_at_opening_rate) - sum(previous_amount) as changed_amount,
        sum(open_amount) - sum(open_amount_at_opening_rate) as fx_amount,
        sum(deal_count) as open_deal_count,
        sum(deal_count) filter (where is_qualified) as qualified_deal_count,
        sum(missing_amount_count) as missing_amount_count,
        sum(undated_count) as undated_deal_count,
        sum(derived_count) as derived_deal_count,
        sum(deal_change) as changed_deal_count,
        -- One balance without a rate, and the sum is not known.
        count(*) filter (where open_amount is null or previous_amount is null)
            as missing_rate_count,
        calendar_date

    from converted_balances

    group by calendar_date, cube(segment_id, opportunity_type, (pipeline, stage))

)

select
    segment_id,
    opportunity_type,
    pipeline,
    stage,
    '{{ var("reporting_currency") }}' as currency_code,
    case when missing_rate_count = 0 then cast(open_amount as decimal(18, 4)) end
        as open_amount,
    case
        when missing_rate_count = 0
            then cast(coalesce(qualified_amount, 0) as decimal(18, 4))
    end as qualified_amount,
    case when missing_rate_count = 0 then cast(changed_amount as decimal(18, 4)) end
        as changed_amount,
    case when missing_rate_count = 0 then cast(fx_amount as decimal(18, 4)) end
        as fx_amount,
    cast(open_deal_count as bigint) as open_deal_count,
    cast(coalesce(qualified_deal_count, 0) as bigint) as qualified_deal_count,
    cast(missing_amount_count as bigint) as missing_amount_count,
    cast(undated_deal_count as bigint) as undated_deal_count,
    cast(derived_deal_count as bigint) as derived_deal_count,
    cast(changed_deal_count as bigint) as changed_deal_count,
    calendar_date

from totals
