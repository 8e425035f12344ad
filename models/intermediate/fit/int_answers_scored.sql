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
            replace(
                replace(
                    replace(lower(single_answers.scale_id), 'nps_', ''), 'csat_', ''
                ),
                '_',
                '-'
            )
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

),

answers_judged as (

    select
        *,
        case question_kind
            when 'pmf' then answer_code is not null
            when 'nps'
                -- A rating from 1 to 10 is not a Net Promoter answer, nor is 7.5.
                then
                    scale_id = '0-10'
                    and answer_number between 0 and 10
                    and answer_number = floor(answer_number)
            when 'csat'
                then
                    answer_code = 'not_applicable'
                    or (
                        answer_number = floor(answer_number)
                        and case scale_id
                            when '0-1' then answer_number between 0 and 1
                            when '1-3' then answer_number between 1 and 3
                            when '1-4' then answer_number between 1 and 4
                            when '1-5' then answer_number between 1 and 5
                        end
                    )
        end as is_on_scale

    from answers_described

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
    case when question_kind = 'pmf' then 'pmf' else scale_id end as scale_id,
    answer_label,
    answer_code,
    answer_number,
    -- What an answer adds to its score: 1 for the favourable, -1 for a detractor. NULL
    -- for an answer that says that the question does not apply.
    case
        when not coalesce(is_on_scale, false) then null
        when answer_code in ('no_longer_used', 'not_applicable') then null
        when question_kind = 'pmf'
            then case when answer_code = 'very_disappointed' then 1 else 0 end
        when question_kind = 'nps'
            then
                case
                    when answer_number >= 9 then 1
                    when answer_number <= 6 then -1
                    else 0
                end
        -- metrics 1.5: the top two of five and of four, the top one of three and two
        when
            answer_number
            >= case scale_id when '1-5' then 4 when '0-1' then 1 else 3 end
            then 1
        else 0
    end as answer_score,
    coalesce(is_on_scale, false) as is_on_scale

from answers_judged
