-- Grain: one row per segment, quarter and moment of measuring.
with

pipeline_due as (

    select * from {{ ref('int_pipeline_due_summed') }}

),

targets as (

    select * from {{ ref('int_targets_summed') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

stage_conversion as (

    select * from {{ ref('sales_stage_conversion__quarter') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

pipeline_converted as (

    -- Balances at the rate of the day that they are the end of.
    select
        pipeline_due.*,
        case
            when pipeline_due.amount = 0 then cast(0 as decimal(18, 4))
            else cast(pipeline_due.amount * fx_rates.fx_rate as decimal(18, 4))
        end as amount_reporting

    from pipeline_due

    left join fx_rates
        on pipeline_due.currency_code = fx_rates.currency_code
        and pipeline_due.measured_date > fx_rates.valid_from_date
        and pipeline_due.measured_date <= fx_rates.valid_to_date

),

pipeline_totals as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        measured_at,
        due_status,
        opportunity_type,
        pipeline,
        stage,
        sum(deal_count) as deal_count,
        sum(missing_amount_count) as missing_amount_count,
        -- One balance without a rate, and no sum is known.
        case
            when count(amount_reporting) = count(*) then sum(amount_reporting)
        end as amount,
        measured_date,
        due_quarter

    from pipeline_converted

    group by
        measured_at,
        due_status,
        opportunity_type,
        pipeline,
        stage,
        measured_date,
        due_quarter,
        cube(segment_id)

),

win_rates as (

    select * from stage_conversion

    where
        period_label = 'all'
        and measure = 'won_value'

),

pipeline_with_win_rates as (

    select
        pipeline_totals.segment_id,
        pipeline_totals.measured_at,
        pipeline_totals.due_status,
        pipeline_totals.deal_count,
        pipeline_totals.missing_amount_count,
        pipeline_totals.amount,
        pipeline_totals.due_status = 'due' and pipeline_totals.amount > 0
            as is_in_mix,
        -- Decimals, since sums of doubles depend on the order of the rows.
        cast(pipeline_totals.amount * win_rates.estimate as decimal(28, 9))
            as won_share_amount,
        cast(pipeline_totals.amount * win_rates.ci_low as decimal(28, 9))
            as won_share_amount_low,
        cast(pipeline_totals.amount * win_rates.ci_high as decimal(28, 9))
            as won_share_amount_high,
        coalesce(win_rates.is_min_n_met, false) as is_min_n_met,
        pipeline_totals.measured_date,
        pipeline_totals.due_quarter

    from pipeline_totals

    left join win_rates
        on pipeline_totals.segment_id = win_rates.segment_id
        and pipeline_totals.opportunity_type = win_rates.opportunity_type
        and pipeline_totals.pipeline = win_rates.pipeline
        and pipeline_totals.stage = win_rates.stage

),

pipeline_of_quarters as (

    select
        segment_id,
        measured_at,
        sum(deal_count) filter (where due_status = 'due') as open_deal_count,
        sum(deal_count) filter (where due_status = 'overdue') as overdue_deal_count,
        sum(deal_count) filter (where due_status = 'undated') as undated_deal_count,
        sum(missing_amount_count) filter (where due_status = 'due')
            as missing_amount_count,
        case
            when count(amount) = count(*)
                then coalesce(sum(amount) filter (where due_status = 'due'), 0)
        end as open_amount,
        case
            when count(amount) = count(*)
                then coalesce(sum(amount) filter (where due_status = 'overdue'), 0)
        end as overdue_amount,
        -- The rates of the stages, weighted by what stands in them. The bounds are
        -- weighted alike: deals pass several stages, so that their errors may add up.
        case
            when
                count(*) filter (where is_in_mix)
                = count(won_share_amount) filter (where is_in_mix)
                then
                    {{ safe_divide(
                        'sum(won_share_amount) filter (where is_in_mix)',
                        'sum(amount) filter (where is_in_mix)'
                    ) }}
        end as win_rate,
        case
            when
                count(*) filter (where is_in_mix)
                = count(won_share_amount_low) filter (where is_in_mix)
                then
                    {{ safe_divide(
                        'sum(won_share_amount_low) filter (where is_in_mix)',
                        'sum(amount) filter (where is_in_mix)'
                    ) }}
        end as win_rate_ci_low,
        case
            when
                count(*) filter (where is_in_mix)
                = count(won_share_amount_high) filter (where is_in_mix)
                then
                    {{ safe_divide(
                        'sum(won_share_amount_high) filter (where is_in_mix)',
                        'sum(amount) filter (where is_in_mix)'
                    ) }}
        end as win_rate_ci_high,
        coalesce(bool_and(is_min_n_met) filter (where is_in_mix), false)
            as is_min_n_met,
        measured_date,
        due_quarter

    from pipeline_with_win_rates

    group by segment_id, measured_at, measured_date, due_quarter

),

won_amounts as (

    select
        case when grouping(closed_segment_id) = 1 then 'all' else closed_segment_id end
            as segment_id,
        sum(opportunity_amount_reporting) as attained_amount,
        {{ quarter_of('closed_date') }} as closed_quarter

    from opportunities

    where
        is_counted
        and outcome = 'won'
        and opportunity_type <> 'renewal'

    group by {{ quarter_of('closed_date') }}, cube(closed_segment_id)

),

moments_of_measuring as (

    select
        segment_id,
        measured_at,
        measured_date,
        due_quarter

    from pipeline_of_quarters

    union

    -- A target stands for itself, also where no deal is due.
    select
        targets.segment_id,
        'quarter_start' as measured_at,
        targets.period_quarter as measured_date,
        targets.period_quarter as due_quarter

    from targets

    inner join pipeline_of_quarters
        on targets.period_quarter = pipeline_of_quarters.due_quarter

    where
        pipeline_of_quarters.measured_at = 'quarter_start'
        and pipeline_of_quarters.segment_id = 'all'

    union

    select
        segment_id,
        'as_of' as measured_at,
        {{ as_of() }} as measured_date,
        period_quarter as due_quarter

    from targets

    where {{ months_later('period_quarter', 3) }} > {{ as_of() }}

),

quarters as (

    select
        moments_of_measuring.segment_id,
        moments_of_measuring.measured_at,
        coalesce(pipeline_of_quarters.open_deal_count, 0) as open_deal_count,
        coalesce(pipeline_of_quarters.overdue_deal_count, 0) as overdue_deal_count,
        coalesce(pipeline_of_quarters.undated_deal_count, 0) as undated_deal_count,
        coalesce(pipeline_of_quarters.missing_amount_count, 0) as missing_amount_count,
        case
            when pipeline_of_quarters.segment_id is null then 0
            else pipeline_of_quarters.open_amount
        end as open_amount,
        case
            when pipeline_of_quarters.segment_id is null then 0
            else pipeline_of_quarters.overdue_amount
        end as overdue_amount,
        targets.target_amount,
        case
            when moments_of_measuring.measured_at = 'as_of'
                then coalesce(won_amounts.attained_amount, 0)
            else 0
        end as won_amount,
        coalesce(won_amounts.attained_amount, 0) as attained_amount,
        pipeline_of_quarters.win_rate,
        pipeline_of_quarters.win_rate_ci_low,
        pipeline_of_quarters.win_rate_ci_high,
        coalesce(pipeline_of_quarters.is_min_n_met, false) as is_min_n_met,
        moments_of_measuring.measured_date,
        moments_of_measuring.due_quarter

    from moments_of_measuring

    left join pipeline_of_quarters
        on moments_of_measuring.segment_id = pipeline_of_quarters.segment_id
        and moments_of_measuring.measured_at = pipeline_of_quarters.measured_at
        and moments_of_measuring.measured_date = pipeline_of_quarters.measured_date
        and moments_of_measuring.due_quarter = pipeline_of_quarters.due_quarter

    left join targets
        on moments_of_measuring.segment_id = targets.segment_id
        and moments_of_measuring.due_quarter = targets.period_quarter

    left join won_amounts
        on moments_of_measuring.segment_id = won_amounts.segment_id
        and moments_of_measuring.due_quarter = won_amounts.closed_quarter

)

select
    segment_id,
    {{ quarter_label('due_quarter') }} as quarter_label,
    measured_at,
    '{{ var("reporting_currency") }}' as currency_code,
    'mixed_bounds' as ci_method,
    cast(open_amount as decimal(18, 4)) as open_amount,
    cast(overdue_amount as decimal(18, 4)) as overdue_amount,
    target_amount,
    cast(won_amount as decimal(18, 4)) as won_amount,
    cast(target_amount - won_amount as decimal(18, 4)) as remaining_amount,
    cast(attained_amount as decimal(18, 4)) as attained_amount,
    cast(open_deal_count as bigint) as open_deal_count,
    cast(overdue_deal_count as bigint) as overdue_deal_count,
    cast(undated_deal_count as bigint) as undated_deal_count,
    cast(missing_amount_count as bigint) as missing_amount_count,
    -- A target that is met needs no pipeline any more.
    case
        when target_amount > won_amount
            then {{ safe_divide('open_amount', 'target_amount - won_amount') }}
    end as coverage,
    {{ safe_divide('1', 'win_rate') }} as required_coverage,
    {{ safe_divide('1', 'win_rate_ci_high') }} as required_coverage_ci_low,
    {{ safe_divide('1', 'win_rate_ci_low') }} as required_coverage_ci_high,
    win_rate,
    win_rate_ci_low,
    win_rate_ci_high,
    is_min_n_met,
    {{ months_later('due_quarter', 3) }} <= {{ as_of() }} as is_complete,
    measured_date,
    due_quarter as period_start,
    {{ months_later('due_quarter', 3) }} as period_end

from quarters
