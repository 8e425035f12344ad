-- Grain: one row per survey, question family, survey type, unit of time and period
-- that has a score of all segments before it.
with

scores as (

    select * from {{ ref('fit_pmf_score__segment_wave') }}

),

waves as (

    select * from {{ ref('dim_survey_waves') }}

),

waterfall as (

    select * from {{ ref('sales_mrr_waterfall__month') }}

),

best_scores as (

    -- The weighted score where there is one.
    select *

    from scores

    where
        segment_id = 'all'
        and weighting in ('logo', 'none')
        and estimate is not null

    qualify row_number() over (
        partition by survey_id, question_family, survey_type, wave_id
        order by case weighting when 'logo' then 1 else 2 end
    ) = 1

),

wave_ends as (

    select
        survey_id,
        wave_id,
        closes_local_at,
        cast(closes_local_at as date) as closes_date,
        {{ month_of('closes_local_at') }} as month_of_close,
        {{ quarter_of('closes_local_at') }} as quarter_of_close

    from waves

    where is_complete

),

-- What is to move must come after what has moved.
outcome_periods as (

    select
        survey_id,
        wave_id,
        closes_local_at,
        'months' as period_unit,
        case
            when closes_date = month_of_close then month_of_close
            else {{ months_later('month_of_close', 1) }}
        end as outcome_period

    from wave_ends

    union all

    select
        survey_id,
        wave_id,
        closes_local_at,
        'quarters' as period_unit,
        case
            when closes_date = quarter_of_close then quarter_of_close
            else {{ months_later('quarter_of_close', 3) }}
        end as outcome_period

    from wave_ends

),

months as (

    select
        mrr_month,
        opening_mrr_amount,
        new_amount
        + reactivation_amount
        + returned_amount
        + expansion_amount
        + contraction_amount
        + churn_amount as net_new_mrr_amount

    from waterfall

    where segment_id = 'all'

),

periods as (

    select
        'months' as period_unit,
        mrr_month as outcome_period,
        net_new_mrr_amount,
        opening_mrr_amount

    from months

    union all

    select
        'quarters' as period_unit,
        {{ quarter_of('mrr_month') }} as outcome_period,
        sum(net_new_mrr_amount) as net_new_mrr_amount,
        min_by(opening_mrr_amount, mrr_month) as opening_mrr_amount

    from months

    group by {{ quarter_of('mrr_month') }}

    having count(*) = 3

)

select
    best_scores.survey_id,
    best_scores.question_family,
    best_scores.survey_type,
    outcome_periods.period_unit,
    best_scores.wave_id,
    best_scores.weighting,
    best_scores.estimate as pmf_score,
    {{ safe_divide('periods.net_new_mrr_amount', 'periods.opening_mrr_amount') }}
        as growth_rate,
    outcome_periods.outcome_period

from best_scores

inner join outcome_periods
    on best_scores.survey_id = outcome_periods.survey_id
    and best_scores.wave_id = outcome_periods.wave_id

inner join periods
    on outcome_periods.period_unit = periods.period_unit
    and outcome_periods.outcome_period = periods.outcome_period

where periods.opening_mrr_amount > 0

-- Of several waves before a period the last is what was known when it began.
qualify row_number() over (
    partition by
        best_scores.survey_id,
        best_scores.question_family,
        best_scores.survey_type,
        outcome_periods.period_unit,
        outcome_periods.outcome_period
    order by outcome_periods.closes_local_at desc, best_scores.wave_id desc
) = 1
