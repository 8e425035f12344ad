-- Grain: one row per segment, survey, wave, question family, survey type and weighting.
with

estimates as (

    select * from {{ ref('int_answers_estimated') }}

),

weighted_scores as (

    select * from {{ ref('int_pmf_scores_weighted') }}

),

answers as (

    select * from {{ ref('int_pmf_answers_judged') }}

),

waves as (

    select * from {{ ref('int_waves_ruled') }}

),

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

movements as (

    select * from {{ ref('fct_mrr_movements') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

thresholds_of_fit as (

    select
        max(value) filter (where threshold_id = 'pmf_share') as pmf_share,
        max(value) filter (where threshold_id = 'pmf_coverage') as pmf_coverage

    from thresholds

),

answers_by_weighting as (

    -- Who is unknown has no stratum, so that no weighting can use the answer.
    select
        answers.*,
        weightings.weighting

    from answers

    inner join (
        values
        ('none'), ('logo'), ('mrr'), ('anonymous')
    ) as weightings (weighting)
        on answers.is_anonymous
        and weightings.weighting in ('none', 'anonymous')
        or not answers.is_anonymous
        and weightings.weighting in ('none', 'logo', 'mrr')

),

counts as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        weighting,
        count(*) filter (
            where is_eligible and answer_code = 'very_disappointed'
        ) as very_disappointed,
        count(*) filter (
            where is_eligible and answer_code = 'somewhat_disappointed'
        ) as somewhat_disappointed,
        count(*) filter (
            where is_eligible and answer_code = 'not_disappointed'
        ) as not_disappointed,
        count(*) filter (where is_eligible and answer_score is null) as no_longer_used,
        count(*) filter (where not is_eligible) as ineligible_count,
        count(*) filter (where is_anonymous) as anonymous_count

    from answers_by_weighting

    group by
        survey_id,
        wave_id,
        question_family,
        survey_type,
        weighting,
        rollup(segment_id)

),

scores as (

    select
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        case when population = 'all' then 'none' else population end as weighting,
        cast(favourable as double) as favourable,
        answered,
        account_count,
        effective_size,
        cast(null as bigint) as stratum_count,
        cast(null as double) as coverage,
        cast(null as double) as kish_size

    from estimates

    where question_kind = 'pmf'

    union all

    select
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        weighting,
        score_rate * answered as favourable,
        answered,
        account_count,
        effective_size,
        stratum_count,
        coverage,
        kish_size

    from weighted_scores

),

churns as (

    -- Who left between the opening of two waves cannot answer the second.
    select
        waves.survey_id,
        waves.wave_id,
        case
            when grouping(movements.segment_id) = 1 then 'all'
            else movements.segment_id
        end as segment_id,
        count(*) as churned_count

    from waves

    inner join movements
        on waves.previous_mrr_month < movements.mrr_month
        and waves.opening_mrr_month >= movements.mrr_month

    where movements.movement = 'churn'

    group by waves.survey_id, waves.wave_id, rollup(movements.segment_id)

),

customers_at_previous_waves as (

    select
        waves.survey_id,
        waves.wave_id,
        case
            when grouping(customer_months.segment_id) = 1 then 'all'
            else customer_months.segment_id
        end as segment_id,
        count(*) as customer_count

    from waves

    inner join customer_months
        on waves.previous_mrr_month = customer_months.mrr_month

    where customer_months.is_active

    group by waves.survey_id, waves.wave_id, rollup(customer_months.segment_id)

),

scores_described as (

    select
        scores.*,
        waves.eligibility_rule,
        waves.is_complete,
        waves.opens_date,
        counts.very_disappointed,
        counts.somewhat_disappointed,
        counts.not_disappointed,
        counts.no_longer_used,
        counts.ineligible_count,
        counts.anonymous_count,
        customers_at_previous_waves.customer_count as previous_customer_count,
        case
            when customers_at_previous_waves.customer_count is not null
                then coalesce(churns.churned_count, 0)
        end as churned_count,
        thresholds_of_fit.pmf_share,
        thresholds_of_fit.pmf_coverage

    from scores

    inner join waves
        on scores.survey_id = waves.survey_id
        and scores.wave_id = waves.wave_id

    inner join counts
        on scores.segment_id = counts.segment_id
        and scores.survey_id = counts.survey_id
        and scores.wave_id = counts.wave_id
        and scores.question_family = counts.question_family
        and scores.survey_type = counts.survey_type
        and scores.weighting = counts.weighting

    left join churns
        on scores.segment_id = churns.segment_id
        and scores.survey_id = churns.survey_id
        and scores.wave_id = churns.wave_id

    left join customers_at_previous_waves
        on scores.segment_id = customers_at_previous_waves.segment_id
        and scores.survey_id = customers_at_previous_waves.survey_id
        and scores.wave_id = customers_at_previous_waves.wave_id

    cross join thresholds_of_fit

),

rates as (

    select
        *,
        {{ wilson_interval(
            'favourable',
            'answered',
            n_effective='effective_size',
            clusters='account_count'
        ) }}

    from scores_described

)

select
    segment_id,
    survey_id,
    wave_id,
    question_family,
    survey_type,
    weighting,
    eligibility_rule,
    case
        when weighting in ('logo', 'mrr') and coverage < pmf_coverage and is_min_n_met
            then 'undetermined'
        else {{ interval_verdict('ci_low', 'ci_high', 'pmf_share', 'is_min_n_met') }}
    end as verdict,
    very_disappointed,
    somewhat_disappointed,
    not_disappointed,
    no_longer_used,
    answered,
    account_count,
    ineligible_count,
    anonymous_count,
    stratum_count,
    churned_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    {{ safe_divide('no_longer_used', 'no_longer_used + answered') }}
        as no_longer_used_rate,
    coverage as coverage_rate,
    kish_size as n_kish,
    {{ safe_divide('answered', 'kish_size') }} as weighting_design_effect,
    {{ safe_divide('answered', 'effective_size') }} as design_effect,
    {{ safe_divide('churned_count', 'previous_customer_count') }} as logo_churn_rate,
    -- As if everybody who left had not been disappointed at all.
    case
        when estimate is not null and churned_count is not null
            then numerator / (denominator + churned_count)
    end as pessimistic_rate,
    pmf_share as threshold_rate,
    is_min_n_met,
    is_complete,
    opens_date

from rates
