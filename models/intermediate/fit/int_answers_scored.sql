-- Grain: one row per response and question of kind pmf, nps or csat, if answered.
with

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

questions as (

    select * from {{ ref('stg_survey__questions') }}

),

answer_labels as (

    select * from {{ ref('answer_labels') }}

),

single_answers as (

    -- A scored question takes one answer; of several the first position counts.
    select * from answers

    where
        question_kind in ('pmf', 'nps', 'csat')
        and (answer_number is not null or answer_label is not null)

    qualify row_number() over (
        partition by source_system, response_id, question_id
        order by answer_position nulls last, extract_id, record_number
    ) = 1

),

answers_described as (

    select
        single_answers.source_system,
        single_answers.response_id,
        responses.survey_id,
        single_answers.question_id,
        single_answers.question_kind,
        coalesce(questions.question_family, single_answers.question_id)
            as question_family,
        coalesce(questions.survey_type, 'unspecified') as survey_type,
        coalesce(questions.question_role, 'none') as question_role,
        single_answers.answer_label,
        answer_labels.answer_code,
        coalesce(
            single_answers.answer_number, cast(answer_labels.answer_number as double)
        ) as answer_number,
        coalesce(
            cast(questions.scale_min as varchar)
            || '-'
            || cast(questions.scale_max as varchar),
            -- A contract names scales such as nps_0_10.
            replace(replace(lower(single_answers.scale_id), 'nps_', ''), '_', '-')
        ) as scale_id

    from single_answers

    inner join responses
        on single_answers.source_system = responses.source_system
        and single_answers.response_id = responses.response_id

    left join questions
        on single_answers.source_system = questions.source_system
        and responses.survey_id = questions.survey_id
        and single_answers.question_id = questions.question_id

    left join answer_labels
        on single_answers.question_kind = answer_labels.question_kind
        and lower(trim(single_answers.answer_label)) = answer_labels.answer_label

)

select
    source_system,
    response_id,
    survey_id,
    question_id,
    question_kind,
    question_family,
    survey_type,
    question_role,
    scale_id,
    answer_label,
    answer_code,
    answer_number,
    -- A rating from 1 to 10 is not a Net Promoter answer, nor is 7.5.
    question_kind = 'nps'
    and coalesce(scale_id = '0-10', false)
    and coalesce(
        answer_number between 0 and 10 and answer_number = floor(answer_number),
        false
    ) as is_nps_answer

from answers_described
