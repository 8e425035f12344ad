-- Grain: one row per segment, basis of fit, survey, wave, question family and type.
with

segments as (

    select * from {{ ref('dim_segments') }}

),

scores as (

    select * from {{ ref('fit_pmf_score__segment_wave') }}

),

survival_rates as (

    select * from {{ ref('fit_survival__segment_month') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

single_thresholds as (

    select
        max(value) filter (where threshold_id = 'logo_survival_months')
            as survival_months,
        max(value) filter (where threshold_id = 'logo_survival_floor')
            as default_floor

    from thresholds

),

survival_judged as (

    -- Every segment has a row, so that nobody is without an answer, be it that there is
    -- none.
    select
        segments.segment_id,
        single_thresholds.survival_months,
        coalesce(floors.value, single_thresholds.default_floor) as threshold_rate,
        case
            when floors.value is null then 'logo_survival_floor'
            else floors.threshold_id
        end as floor_threshold_id

    from segments

    cross join single_thresholds

    left join thresholds as floors
        on floors.threshold_id = 'logo_survival_floor:' || segments.segment_id

),

fit_estimates as (

    select
        'pmf' as fit_basis,
        scores.segment_id,
        scores.survey_id,
        scores.wave_id,
        scores.question_family,
        scores.survey_type,
        scores.eligibility_rule,
        scores.verdict,
        mrr_scores.verdict as mrr_verdict,
        'pmf_share' as floor_threshold_id,
        scores.ci_method,
        scores.account_count,
        scores.numerator,
        scores.denominator,
        scores.estimate,
        scores.ci_low,
        scores.ci_high,
        scores.n_effective,
        scores.threshold_rate,
        scores.coverage_rate,
        scores.pessimistic_rate,
        scores.logo_churn_rate,
        mrr_scores.numerator as mrr_numerator,
        mrr_scores.denominator as mrr_denominator,
        mrr_scores.estimate as mrr_estimate,
        mrr_scores.ci_low as mrr_ci_low,
        mrr_scores.ci_high as mrr_ci_high,
        mrr_scores.n_effective as mrr_n_effective,
        cast(null as bigint) as survival_months,
        scores.is_min_n_met,
        scores.opens_date as wave_opens_date

    from scores

    left join scores as mrr_scores
        on scores.segment_id = mrr_scores.segment_id
        and scores.survey_id = mrr_scores.survey_id
        and scores.wave_id = mrr_scores.wave_id
        and scores.question_family = mrr_scores.question_family
        and scores.survey_type = mrr_scores.survey_type
        and mrr_scores.weighting = 'mrr'

    where
        scores.weighting = 'logo'
        and scores.is_complete

    union all

    select
        'logo_survival' as fit_basis,
        survival_judged.segment_id,
        'none' as survey_id,
        'none' as wave_id,
        'none' as question_family,
        'none' as survey_type,
        'none' as eligibility_rule,
        {{ interval_verdict(
            'survival_rates.ci_low',
            'survival_rates.ci_high',
            'survival_judged.threshold_rate',
            'survival_rates.is_min_n_met'
        ) }} as verdict,
        cast(null as varchar) as mrr_verdict,
        survival_judged.floor_threshold_id,
        coalesce(survival_rates.ci_method, 'greenwood_log_log') as ci_method,
        cast(null as bigint) as account_count,
        survival_rates.numerator,
        survival_rates.denominator,
        survival_rates.estimate,
        survival_rates.ci_low,
        survival_rates.ci_high,
        survival_rates.n_effective,
        survival_judged.threshold_rate,
        cast(null as double) as coverage_rate,
        cast(null as double) as pessimistic_rate,
        cast(null as double) as logo_churn_rate,
        cast(null as double) as mrr_numerator,
        cast(null as double) as mrr_denominator,
        cast(null as double) as mrr_estimate,
        cast(null as double) as mrr_ci_low,
        cast(null as double) as mrr_ci_high,
        cast(null as double) as mrr_n_effective,
        cast(survival_judged.survival_months as bigint) as survival_months,
        coalesce(survival_rates.is_min_n_met, false) as is_min_n_met,
        cast(null as date) as wave_opens_date

    from survival_judged

    left join survival_rates
        on survival_judged.segment_id = survival_rates.segment_id
        and survival_judged.survival_months = survival_rates.age
        and survival_rates.contract_type = 'all'
        and survival_rates.survival_basis = 'month'

),

waves_in_order as (

    -- The latest wave that closed is asked first, the larger of two that opened alike.
    select
        *,
        row_number() over (
            partition by segment_id, fit_basis
            order by
                wave_opens_date desc,
                denominator desc,
                survey_id asc,
                question_family asc,
                survey_type asc,
                wave_id asc
        ) as wave_rank

    from fit_estimates

)

select
    segment_id,
    fit_basis,
    survey_id,
    wave_id,
    question_family,
    survey_type,
    eligibility_rule,
    verdict,
    mrr_verdict,
    floor_threshold_id,
    ci_method,
    account_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    n_effective,
    threshold_rate,
    coverage_rate,
    pessimistic_rate,
    logo_churn_rate,
    mrr_numerator,
    mrr_denominator,
    mrr_estimate,
    mrr_ci_low,
    mrr_ci_high,
    mrr_n_effective,
    survival_months,
    is_min_n_met,
    -- What customers say speaks before whether they stay, unless too few said it: which
    -- of the two is a matter of sample, never of the answer.
    row_number() over (
        partition by segment_id
        order by
            case
                when fit_basis = 'pmf' and wave_rank > 1 then 5
                when fit_basis = 'pmf' and is_min_n_met then 1
                when fit_basis = 'logo_survival' and is_min_n_met then 2
                when fit_basis = 'pmf' then 3
                else 4
            end,
            wave_rank
    ) = 1 as is_current,
    wave_opens_date

from waves_in_order
