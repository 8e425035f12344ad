-- Grain: one row per segment, survey, question family, survey type and wave that a
-- whole quarter has followed.
with

pairs as (

    select * from {{ ref('int_lead_lag_paired') }}

)

select
    segment_id,
    survey_id,
    question_family,
    survey_type,
    wave_id,
    weighting,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(net_new_mrr_amount as decimal(18, 4)) as net_new_mrr_amount,
    cast(opening_mrr_amount as decimal(18, 4)) as opening_mrr_amount,
    pmf_score,
    growth_rate,
    outcome_quarter

from pairs
