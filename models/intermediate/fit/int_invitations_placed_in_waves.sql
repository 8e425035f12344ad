-- Grain: one row per survey invitation known at the as-of date.
with

invitations as (

    select * from {{ ref('stg_survey__invitations') }}

),

matched_respondents as (

    select * from {{ ref('int_respondents_matched') }}

),

waves as (

    select * from {{ ref('dim_survey_waves') }}

),

account_segments as (

    select * from {{ ref('int_account_segments_spanned') }}

),

responses as (

    select * from {{ ref('int_responses_placed_in_waves') }}

),

answers as (

    select * from {{ ref('int_answers_scored') }}

),

surveys as (

    select
        source_system,
        survey_id,
        max(question_role = 'core') as has_core_question

    from answers

    group by source_system, survey_id

),

core_answers as (

    -- Where no question is declared to be the core, any scored one is.
    select
        answers.source_system,
        answers.response_id,
        count(*) filter (
            where answers.question_role = 'core' or not surveys.has_core_question
        ) as answer_count

    from answers

    inner join surveys
        on answers.source_system = surveys.source_system
        and answers.survey_id = surveys.survey_id

    where answers.is_on_scale

    group by answers.source_system, answers.response_id

),

respondents as (

    select
        responses.survey_id,
        responses.wave_id,
        responses.respondent_key,
        max(coalesce(core_answers.answer_count, 0)) as answer_count,
        max(
            case when core_answers.answer_count > 0 then responses.is_finished end
        ) as is_finished

    from responses

    left join core_answers
        on responses.source_system = core_answers.source_system
        and responses.response_id = core_answers.response_id

    where responses.exclusion_reason is null

    group by responses.survey_id, responses.wave_id, responses.respondent_key

),

placed_invitations as (

    select
        invitations.source_system,
        invitations.invitation_id,
        invitations.survey_id,
        waves.wave_id,
        matched_respondents.respondent_key,
        matched_respondents.customer_key,
        coalesce(account_segments.segment_id, 'unknown') as segment_id,
        coalesce(account_segments.segment_basis, 'none') as segment_basis,
        coalesce(invitations.channel, 'unspecified') as channel,
        case
            when matched_respondents.is_internal then 'internal'
            when matched_respondents.is_test then 'test'
            when waves.wave_id is null then 'out_of_wave'
        end as exclusion_reason,
        respondents.answer_count,
        respondents.is_finished,
        invitations.disposition,
        coalesce(
            invitations.opened_at, invitations.started_at, invitations.finished_at
        ) is not null as has_event,
        invitations.sent_date,
        invitations.sent_at

    from matched_respondents

    inner join invitations
        on matched_respondents.source_system = invitations.source_system
        and matched_respondents.record_id = invitations.invitation_id
        and matched_respondents.record_kind = 'invitation'

    left join waves
        on invitations.survey_id = waves.survey_id
        and invitations.sent_local_at >= waves.opens_local_at
        and invitations.sent_local_at < waves.closes_local_at

    left join account_segments
        on matched_respondents.account_source_system = account_segments.source_system
        and matched_respondents.matched_account_id = account_segments.account_id
        and invitations.sent_date >= account_segments.valid_from_date
        and invitations.sent_date < account_segments.valid_to_date

    left join respondents
        on invitations.survey_id = respondents.survey_id
        and waves.wave_id = respondents.wave_id
        and matched_respondents.respondent_key = respondents.respondent_key

),

judged_invitations as (

    -- AAPOR (metrics 1.6). What somebody answered goes before what the tool noted.
    select
        *,
        case
            when answer_count > 0
                then
                    case
                        when coalesce(is_finished, disposition = 'finished')
                            then 'complete'
                        else 'partial'
                    end
            when disposition in ('complained', 'blocked') then 'other'
            when disposition = 'bounced' then 'unknown_other'
            when
                disposition in ('declined', 'opened', 'started', 'finished')
                or has_event
                or answer_count = 0
                then 'refusal'
            else 'no_contact'
        end as aapor_disposition

    from placed_invitations

)

select
    source_system,
    invitation_id,
    survey_id,
    wave_id,
    respondent_key,
    customer_key,
    segment_id,
    segment_basis,
    channel,
    aapor_disposition,
    coalesce(
        exclusion_reason,
        case
            -- Reminders collapse: of several the one that came furthest counts.
            when row_number() over (
                partition by survey_id, wave_id, respondent_key, exclusion_reason
                order by
                    case aapor_disposition
                        when 'complete' then 1
                        when 'partial' then 2
                        when 'refusal' then 3
                        when 'other' then 4
                        when 'no_contact' then 5
                        else 6
                    end asc,
                    sent_at asc,
                    source_system asc,
                    invitation_id asc
            ) > 1 then 'superseded'
        end
    ) as exclusion_reason,
    sent_date,
    sent_at

from judged_invitations
