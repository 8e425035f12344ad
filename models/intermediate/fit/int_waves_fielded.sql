-- Grain: one row per survey, wave, question kind, family, scale, type and channel.
with

answers as (

    select * from {{ ref('int_answers_counted') }}

),

answers_with_channel as (

    select
        *,
        coalesce(channel, 'unspecified') as known_channel,
        coalesce(wording_version, 'unspecified') as known_wording

    from answers

),

channels as (

    select
        survey_id,
        wave_id,
        question_kind,
        question_family,
        scale_id,
        survey_type,
        known_channel as channel,
        count(*) as answer_count,
        min(known_wording) as first_wording,
        max(known_wording) as last_wording

    from answers_with_channel

    group by
        survey_id,
        wave_id,
        question_kind,
        question_family,
        scale_id,
        survey_type,
        known_channel

)

select
    survey_id,
    wave_id,
    question_kind,
    question_family,
    scale_id,
    survey_type,
    channel,
    answer_count,
    cast(answer_count as double)
    / cast(sum(answer_count) over question as double) as channel_rate,
    min(first_wording) over question as first_wording,
    max(last_wording) over question as last_wording

from channels

window question as (
    partition by
        survey_id,
        wave_id,
        question_kind,
        question_family,
        scale_id,
        survey_type
)
