-- Grain: one row per segment, survey, wave, question family, survey type and persona.
with

answers as (

    select * from {{ ref('int_pmf_answers_described') }}

),

answers_of_populations as (

    select
        case when totals.is_total then 'all' else answers.segment_id end
            as segment_id,
        answers.survey_id,
        answers.wave_id,
        answers.wave_number,
        answers.question_family,
        answers.survey_type,
        answers.persona,
        answers.main_benefit,
        answers.answer_score

    from answers

    cross join (
        values
        (true), (false)
    ) as totals (is_total)

    where answers.persona is not null

),

personas as (

    select
        segment_id,
        survey_id,
        wave_id,
        wave_number,
        question_family,
        survey_type,
        persona,
        count(*) as answered,
        sum(answer_score) as very_disappointed_count

    from answers_of_populations

    group by
        segment_id,
        survey_id,
        wave_id,
        wave_number,
        question_family,
        survey_type,
        persona

),

personas_shared as (

    select
        *,
        {{ safe_divide(
            'very_disappointed_count',
            'sum(very_disappointed_count) over (partition by segment_id, survey_id,'
            ~ ' wave_id, question_family, survey_type)'
        ) }} as very_disappointed_share_rate,
        {{ safe_divide(
            'answered',
            'sum(answered) over (partition by segment_id, survey_id, wave_id,'
            ~ ' question_family, survey_type)'
        ) }} as answered_share_rate

    from personas

),

personas_judged as (

    select
        *,
        coalesce(very_disappointed_share_rate > answered_share_rate, false)
            as is_selected

    from personas_shared

),

benefits as (

    -- What most of the very disappointed among the selected value most.
    select
        answers_of_populations.segment_id,
        answers_of_populations.survey_id,
        answers_of_populations.wave_id,
        answers_of_populations.question_family,
        answers_of_populations.survey_type,
        answers_of_populations.main_benefit

    from answers_of_populations

    inner join personas_judged
        on answers_of_populations.segment_id = personas_judged.segment_id
        and answers_of_populations.survey_id = personas_judged.survey_id
        and answers_of_populations.wave_id = personas_judged.wave_id
        and answers_of_populations.question_family = personas_judged.question_family
        and answers_of_populations.survey_type = personas_judged.survey_type
        and answers_of_populations.persona = personas_judged.persona

    where
        personas_judged.is_selected
        and answers_of_populations.answer_score = 1
        and answers_of_populations.main_benefit is not null

    group by
        answers_of_populations.segment_id,
        answers_of_populations.survey_id,
        answers_of_populations.wave_id,
        answers_of_populations.question_family,
        answers_of_populations.survey_type,
        answers_of_populations.main_benefit

    qualify row_number() over (
        partition by
            answers_of_populations.segment_id,
            answers_of_populations.survey_id,
            answers_of_populations.wave_id,
            answers_of_populations.question_family,
            answers_of_populations.survey_type
        order by count(*) desc, answers_of_populations.main_benefit asc
    ) = 1

)

select
    personas_judged.segment_id,
    personas_judged.survey_id,
    personas_judged.wave_id,
    personas_judged.wave_number,
    personas_judged.question_family,
    personas_judged.survey_type,
    personas_judged.persona,
    personas_judged.answered,
    personas_judged.very_disappointed_count,
    personas_judged.very_disappointed_share_rate,
    personas_judged.answered_share_rate,
    personas_judged.is_selected,
    benefits.main_benefit

from personas_judged

left join benefits
    on personas_judged.segment_id = benefits.segment_id
    and personas_judged.survey_id = benefits.survey_id
    and personas_judged.wave_id = benefits.wave_id
    and personas_judged.question_family = benefits.question_family
    and personas_judged.survey_type = benefits.survey_type
