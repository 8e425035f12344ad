-- Grain: one row per segment, survey, question family, survey type and wave that a
-- whole quarter has followed.
with

closed_scores as (

    select * from {{ ref('int_closed_scores_chosen') }}

),

waterfall as (

    select * from {{ ref('sales_mrr_waterfall__month') }}

),

scores_with_quarters as (

    -- What is to move must come after what has moved.
    select
        *,
        case
            when closes_date = {{ quarter_of('closes_date') }} then closes_date
            else {{ months_later(quarter_of('closes_date'), 3) }}
        end as outcome_quarter

    from closed_scores

    where segment_id not in ('all', 'unknown')

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
    scores_with_quarters.segment_id,
    scores_with_quarters.survey_id,
    scores_with_quarters.question_family,
    scores_with_quarters.survey_type,
    scores_with_quarters.wave_id,
    scores_with_quarters.weighting,
    scores_with_quarters.pmf_score,
    {{ safe_divide('quarters.net_new_mrr_amount', 'quarters.opening_mrr_amount') }}
        as growth_rate,
    quarters.net_new_mrr_amount,
    quarters.opening_mrr_amount,
    scores_with_quarters.outcome_quarter

from scores_with_quarters

inner join quarters
    on scores_with_quarters.segment_id = quarters.segment_id
    and scores_with_quarters.outcome_quarter = quarters.outcome_quarter

where
    quarters.month_count = 3
    and quarters.opening_mrr_amount > 0
