-- Grain: one row per response and answered question of kind pmf, nps or csat.
with

answers as (

    select * from {{ ref('int_answers_scored') }}

),

responses as (

    select * from {{ ref('int_responses_placed_in_waves') }}

),

counted_answers as (

    select * from {{ ref('int_answers_counted') }}

),

pmf_answers as (

    select * from {{ ref('int_pmf_answers_judged') }}

),

answers_judged as (

    select
        answers.source_system,
        answers.response_id,
        answers.question_id,
        answers.survey_id,
        responses.wave_id,
        responses.respondent_key,
        responses.customer_key,
        responses.segment_id,
        answers.question_kind,
        answers.question_family,
        answers.scale_id,
        answers.survey_type,
        answers.answer_code,
        answers.answer_number,
        answers.answer_score,
        case
            when responses.exclusion_reason is not null
                then responses.exclusion_reason
            when not answers.is_on_scale then 'out_of_scale'
            when counted_answers.response_id is null then 'superseded'
            when not coalesce(pmf_answers.is_eligible, true) then 'ineligible'
        end as exclusion_reason,
        responses.submitted_date

    from answers

    inner join responses
        on answers.source_system = responses.source_system
        and answers.response_id = responses.response_id

    left join counted_answers
        on answers.source_system = counted_answers.source_system
        and answers.response_id = counted_answers.response_id
        and answers.question_id = counted_answers.question_id

    left join pmf_answers
        on counted_answers.source_system = pmf_answers.source_system
        and counted_answers.response_id = pmf_answers.response_id
        and counted_answers.question_family = pmf_answers.question_family
        and counted_answers.question_kind = 'pmf'

)

select
    source_system || ':' || response_id || ':' || question_id as answer_key,
    source_system || ':' || response_id as response_key,
    respondent_key,
    customer_key,
    survey_id,
    wave_id,
    question_id,
    segment_id,
    source_system,
    question_kind,
    question_family,
    scale_id,
    survey_type,
    answer_code,
    exclusion_reason,
    answer_number,
    answer_score,
    exclusion_reason is null as is_counted,
    submitted_date

from answers_judged
