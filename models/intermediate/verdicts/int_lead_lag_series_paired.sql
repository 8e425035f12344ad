-- Grain: one row per survey, question family, survey type, unit of time and period
-- that has a score of all segments before it.
with

closed_scores as (

    select * from {{ ref('int_closed_scores_chosen') }}

),

waterfall as (

    select * from {{ ref('sales_mrr_waterfall__month') }}

),

scores_with_periods as (

    -- What is to move must come after what has moved.
    {% for unit, start, length in [
        ('months', month_of('closes_date'), 1),
        ('quarters', quarter_of('closes_date'), 3),
    ] %}
    select
        *,
        '{{ unit }}' as period_unit,
        case
            when closes_date = {{ start }} then closes_date
            else {{ months_later(start, length) }}
        end as outcome_period

    from closed_scores

    where segment_id = 'all'

    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

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
    scores_with_periods.survey_id,
    scores_with_periods.question_family,
    scores_with_periods.survey_type,
    scores_with_periods.period_unit,
    scores_with_periods.wave_id,
    scores_with_periods.weighting,
    scores_with_periods.pmf_score,
    {{ safe_divide('periods.net_new_mrr_amount', 'periods.opening_mrr_amount') }}
        as growth_rate,
    scores_with_periods.outcome_period

from scores_with_periods

inner join periods
    on scores_with_periods.period_unit = periods.period_unit
    and scores_with_periods.outcome_period = periods.outcome_period

where periods.opening_mrr_amount > 0

-- Of several waves before a period the last is what was known when it began.
qualify row_number() over (
    partition by
        scores_with_periods.survey_id,
        scores_with_periods.question_family,
        scores_with_periods.survey_type,
        scores_with_periods.period_unit,
        scores_with_periods.outcome_period
    order by
        scores_with_periods.closes_local_at desc, scores_with_periods.wave_id desc
) = 1
