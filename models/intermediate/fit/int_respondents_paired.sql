-- Grain: one row per segment, survey, wave, question kind, family, scale and type.
with

answers as (

    select * from {{ ref('int_answers_counted') }}

),

pmf_answers as (

    select * from {{ ref('int_pmf_answers_judged') }}

),

waves as (

    select * from {{ ref('dim_survey_waves') }}

),

ineligible_answers as (

    select
        source_system,
        response_id,
        question_family

    from pmf_answers

    where not is_eligible

),

favourable_answers as (

    -- One answer of a respondent in a wave, as good or not.
    select
        answers.survey_id,
        waves.wave_number,
        answers.wave_id,
        answers.question_kind,
        answers.question_family,
        answers.scale_id,
        answers.survey_type,
        answers.respondent_key,
        answers.segment_id,
        answers.answer_score = 1 as is_favourable

    from answers

    inner join waves
        on answers.survey_id = waves.survey_id
        and answers.wave_id = waves.wave_id

    left join ineligible_answers
        on answers.source_system = ineligible_answers.source_system
        and answers.response_id = ineligible_answers.response_id
        and answers.question_family = ineligible_answers.question_family
        and answers.question_kind = 'pmf'

    where
        answers.answer_score is not null
        and ineligible_answers.response_id is null

),

pairs as (

    select
        answers_now.survey_id,
        answers_now.wave_id,
        answers_now.question_kind,
        answers_now.question_family,
        answers_now.scale_id,
        answers_now.survey_type,
        answers_now.segment_id,
        answers_now.is_favourable,
        answers_before.is_favourable as was_favourable

    from favourable_answers as answers_now

    inner join favourable_answers as answers_before
        on answers_now.survey_id = answers_before.survey_id
        and answers_now.wave_number = answers_before.wave_number + 1
        and answers_now.question_kind = answers_before.question_kind
        and answers_now.question_family = answers_before.question_family
        and answers_now.scale_id = answers_before.scale_id
        and answers_now.survey_type = answers_before.survey_type
        and answers_now.respondent_key = answers_before.respondent_key

)

select
    case when grouping(segment_id) = 1 then 'all' else segment_id end as segment_id,
    survey_id,
    wave_id,
    question_kind,
    question_family,
    scale_id,
    survey_type,
    count(*) as pair_count,
    count(*) filter (where is_favourable and not was_favourable) as gained_count,
    count(*) filter (where not is_favourable and was_favourable) as lost_count

from pairs

group by
    survey_id,
    wave_id,
    question_kind,
    question_family,
    scale_id,
    survey_type,
    rollup(segment_id)
