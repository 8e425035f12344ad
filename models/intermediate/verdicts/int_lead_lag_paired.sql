-- Grain: one row per segment, survey, question family, survey type and wave that a
-- whole quarter has followed.
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
        segment_id not in ('all', 'unknown')
        and weighting in ('logo', 'none')
        and estimate is not null

    qualify row_number() over (
        partition by segment_id, survey_id, question_family, survey_type, wave_id
        order by case weighting when 'logo' then 1 else 2 end
    ) = 1

),

wave_ends as (

    select
        survey_id,
        wave_id,
        cast(closes_local_at as date) as closes_date,
        {{ quarter_of('closes_local_at') }} as quarter_of_close

    from waves

    where is_complete

),

outcome_quarters as (

    -- What is to move must come after what has moved.
    select
        survey_id,
        wave_id,
        case
            when closes_date = quarter_of_close then quarter_of_close
            else {{ months_later('quarter_of_close', 3) }}
        end as outcome_quarter

    from wave_ends

),

quarters as (

    select
        segment_id,
        {{ quarter_of('mrr_month') }} as outcome_quarter,
        count(*) as month_count,
        sum(
            new_amount
            + reactivation_amount
            + returned_amount
            + expansion_amount
            + contraction_amount
            + churn_amount
        ) as net_new_mrr_amount,
        min_by(opening_mrr_amount, mrr_month) as opening_mrr_amount

    from waterfall

    group by segment_id, {{ quarter_of('mrr_month') }}

)

select
    best_scores.segment_id,
    best_scores.survey_id,
    best_scores.question_family,
    best_scores.survey_type,
    best_scores.wave_id,
    best_scores.weighting,
    best_scores.estimate as pmf_score,
    {{ safe_divide('quarters.net_new_mrr_amount', 'quarters.opening_mrr_amount') }}
        as growth_rate,
    quarters.net_new_mrr_amount,
    quarters.opening_mrr_amount,
    outcome_quarters.outcome_quarter

from best_scores

inner join outcome_quarters
    on best_scores.survey_id = outcome_quarters.survey_id
    and best_scores.wave_id = outcome_quarters.wave_id

inner join quarters
    on best_scores.segment_id = quarters.segment_id
    and outcome_quarters.outcome_quarter = quarters.outcome_quarter

where
    quarters.month_count = 3
    and quarters.opening_mrr_amount > 0
