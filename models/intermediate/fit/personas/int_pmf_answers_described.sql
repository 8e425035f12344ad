-- Grain: one row per survey, wave, question family, survey type and respondent.
with

pmf_answers as (

    select * from {{ ref('int_pmf_answers_judged') }}

),

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

invitations as (

    select * from {{ ref('stg_survey__invitations') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

waves as (

    select * from {{ ref('dim_survey_waves') }}

),

first_choices as (

    -- Of several the one that was named first is the main one.
    select
        source_system,
        response_id,
        question_kind,
        lower(trim(answer_label)) as choice

    from answers

    where
        question_kind in ('persona', 'benefit')
        and answer_label is not null

    qualify row_number() over (
        partition by source_system, response_id, question_kind
        order by answer_position nulls last, extract_id, record_number
    ) = 1

),

personas_by_contact as (

    select
        contact_id,
        min(lower(trim(persona))) as persona

    from contacts

    where persona is not null

    group by contact_id

    -- An id or an address that stands for two personas names neither.
    having min(lower(trim(persona))) = max(lower(trim(persona)))

),

personas_by_email as (

    select
        email_hash,
        min(lower(trim(persona))) as persona

    from contacts

    where
        persona is not null
        and email_hash is not null

    group by email_hash

    having min(lower(trim(persona))) = max(lower(trim(persona)))

),

people as (

    select
        responses.source_system,
        responses.response_id,
        coalesce(responses.respondent_id, invitations.respondent_id) as contact_id,
        coalesce(responses.email_hash, invitations.email_hash) as email_hash

    from responses

    left join invitations
        on responses.source_system = invitations.source_system
        and responses.invitation_id = invitations.invitation_id

)

select
    pmf_answers.survey_id,
    pmf_answers.wave_id,
    waves.wave_number,
    pmf_answers.question_family,
    pmf_answers.survey_type,
    pmf_answers.respondent_key,
    pmf_answers.cluster_key,
    pmf_answers.segment_id,
    pmf_answers.answer_code,
    pmf_answers.answer_score,
    -- What somebody says of themselves goes before what the CRM has.
    coalesce(
        own_personas.choice, personas_by_contact.persona, personas_by_email.persona
    ) as persona,
    benefits.choice as main_benefit

from pmf_answers

inner join waves
    on pmf_answers.survey_id = waves.survey_id
    and pmf_answers.wave_id = waves.wave_id

left join first_choices as own_personas
    on pmf_answers.source_system = own_personas.source_system
    and pmf_answers.response_id = own_personas.response_id
    and own_personas.question_kind = 'persona'

left join first_choices as benefits
    on pmf_answers.source_system = benefits.source_system
    and pmf_answers.response_id = benefits.response_id
    and benefits.question_kind = 'benefit'

left join people
    on pmf_answers.source_system = people.source_system
    and pmf_answers.response_id = people.response_id

left join personas_by_contact
    on people.contact_id = personas_by_contact.contact_id

left join personas_by_email
    on people.email_hash = personas_by_email.email_hash

where
    pmf_answers.is_eligible
    and pmf_answers.answer_score is not null
