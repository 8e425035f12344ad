-- Grain: one row per survey, wave, question family, scale and respondent.
with

answers as (

    select * from {{ ref('int_answers_scored') }}

),

responses as (

    select * from {{ ref('int_responses_placed_in_waves') }}

)

select
    responses.survey_id,
    responses.wave_id,
    answers.question_kind,
    answers.question_family,
    answers.scale_id,
    answers.survey_type,
    responses.source_system,
    responses.response_id,
    answers.question_id,
    responses.respondent_key,
    responses.customer_key,
    responses.segment_id,
    -- Answers from one company resemble each other; a person alone is a cluster.
    coalesce(responses.customer_key, responses.respondent_key) as cluster_key,
    responses.channel,
    responses.wording_version,
    answers.answer_code,
    answers.answer_score,
    responses.submitted_date

from responses

inner join answers
    on responses.source_system = answers.source_system
    and responses.response_id = answers.response_id

where
    responses.exclusion_reason is null
    and answers.is_on_scale

-- The latest submission of the wave that answered counts.
qualify row_number() over (
    partition by
        responses.survey_id,
        responses.wave_id,
        answers.question_kind,
        answers.question_family,
        answers.scale_id,
        answers.survey_type,
        responses.respondent_key
    order by
        responses.submitted_at desc,
        responses.source_system asc,
        responses.response_id asc,
        answers.question_id asc
) = 1
