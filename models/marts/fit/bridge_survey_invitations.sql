-- Grain: one row per survey invitation.
with

invitations as (

    select * from {{ ref('int_invitations_placed_in_waves') }}

)

select
    source_system || ':' || invitation_id as invitation_key,
    respondent_key,
    customer_key,
    survey_id,
    wave_id,
    segment_id,
    source_system,
    segment_basis,
    channel,
    aapor_disposition,
    exclusion_reason,
    exclusion_reason is null as is_counted,
    sent_date,
    sent_at

from invitations
