-- Grain: one row per segment, survey, wave, question family, scale and survey type.
with

answers as (

    select * from {{ ref('int_answers_estimated') }}

),

waves as (

    select * from {{ ref('dim_survey_waves') }}

),

scores as (

    select
        segment_id,
        survey_id,
        wave_id,
        question_family,
        scale_id,
        survey_type,
        favourable as satisfied,
        neutral as other,
        not_applicable,
        answered,
        account_count,
        {{ wilson_interval(
            'favourable',
            'answered',
            n_effective='effective_size',
            clusters='account_count'
        ) }}

    from answers

    where question_kind = 'csat'

)

select
    scores.segment_id,
    scores.survey_id,
    scores.wave_id,
    scores.question_family,
    scores.scale_id,
    scores.survey_type,
    scores.satisfied,
    scores.other,
    scores.not_applicable,
    scores.answered,
    scores.account_count,
    scores.numerator,
    scores.denominator,
    scores.estimate,
    scores.ci_low,
    scores.ci_high,
    scores.ci_method,
    scores.n_effective,
    scores.is_min_n_met,
    waves.is_declared,
    waves.is_complete

from scores

inner join waves
    on scores.survey_id = waves.survey_id
    and scores.wave_id = waves.wave_id
