-- Grain: one row per survey response.
with

responses as (

    select * from {{ ref('int_responses_placed_in_waves') }}

),

answers as (

    select * from {{ ref('int_answers_scored') }}

),

answers_per_response as (

    select
        source_system,
        response_id,
        count(*) as scored_answer_count,
        count(*) filter (where question_role = 'core') as core_answer_count,
        min(answer_number) filter (
            where question_kind = 'nps' and is_on_scale
        ) as nps_answer_number

    from answers

    group by source_system, response_id

),

responses_with_answers as (

    select
        responses.*,
        coalesce(answers_per_response.scored_answer_count, 0) as scored_answer_count,
        coalesce(answers_per_response.core_answer_count, 0) as core_answer_count,
        answers_per_response.nps_answer_number

    from responses

    left join answers_per_response
        on responses.source_system = answers_per_response.source_system
        and responses.response_id = answers_per_response.response_id

),

responses_ranked as (

    -- Answered before unanswered, then the latest; only what may count competes.
    select
        *,
        row_number() over (
            partition by survey_id, wave_id, respondent_key, exclusion_reason
            order by
                case when core_answer_count > 0 then 0 else 1 end asc,
                case when scored_answer_count > 0 then 0 else 1 end asc,
                submitted_at desc nulls last,
                source_system asc,
                response_id asc
        ) as wave_rank

    from responses_with_answers

),

responses_judged as (

    select
        *,
        case
            when exclusion_reason is not null then exclusion_reason
            when wave_rank > 1 then 'superseded'
        end as final_exclusion_reason

    from responses_ranked

)

select
    source_system || ':' || response_id as response_key,
    respondent_key,
    customer_key,
    survey_id,
    wave_id,
    segment_id,
    source_system,
    segment_basis,
    match_method,
    channel,
    wording_version,
    final_exclusion_reason as exclusion_reason,
    nps_answer_number,
    scored_answer_count,
    is_finished,
    final_exclusion_reason is null as is_counted,
    submitted_date,
    submitted_at

from responses_judged
