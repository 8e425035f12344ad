-- Grain: one row per survey response known at the as-of date.
with

responses as (

    select * from {{ ref('stg_survey__responses') }}

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

placed_responses as (

    select
        responses.source_system,
        responses.response_id,
        responses.survey_id,
        waves.wave_id,
        matched_respondents.respondent_key,
        matched_respondents.customer_key,
        matched_respondents.match_method,
        account_segments.segment_id as account_segment_id,
        account_segments.segment_basis as account_segment_basis,
        responses.segment_id as own_segment_id,
        responses.channel,
        responses.wording_version,
        responses.is_finished,
        case
            when matched_respondents.is_internal then 'internal'
            when matched_respondents.is_test then 'test'
            when responses.submitted_at is null then 'no_submission_time'
            when waves.wave_id is null then 'out_of_wave'
        end as exclusion_reason,
        responses.submitted_date,
        responses.submitted_at

    from matched_respondents

    inner join responses
        on matched_respondents.source_system = responses.source_system
        and matched_respondents.record_id = responses.response_id
        and matched_respondents.record_kind = 'response'

    left join waves
        on responses.survey_id = waves.survey_id
        and responses.submitted_local_at >= waves.opens_local_at
        and responses.submitted_local_at < waves.closes_local_at

    left join account_segments
        on matched_respondents.account_source_system = account_segments.source_system
        and matched_respondents.matched_account_id = account_segments.account_id
        and responses.submitted_date >= account_segments.valid_from_date
        and responses.submitted_date < account_segments.valid_to_date

)

select
    source_system,
    response_id,
    survey_id,
    wave_id,
    respondent_key,
    customer_key,
    coalesce(account_segment_id, own_segment_id, 'unknown') as segment_id,
    case
        when account_segment_id is not null then account_segment_basis
        when own_segment_id is not null then 'own_record'
        else 'none'
    end as segment_basis,
    match_method,
    channel,
    wording_version,
    exclusion_reason,
    is_finished,
    submitted_date,
    submitted_at

from placed_responses
