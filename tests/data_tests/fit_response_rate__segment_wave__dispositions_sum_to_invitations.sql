{#- Every invitation that counts has one disposition: they add up to those invited, and
    those to the invitations of the wave. Nobody responds who is not among those asked;
    who was never asked has no rate. -#}
{{ config(meta={'dagster': {'ref': {'name': 'fit_response_rate__segment_wave'}}}) }}
with

response_rates as (

    select * from {{ ref('fit_response_rate__segment_wave') }}

),

invitations as (

    select * from {{ ref('bridge_survey_invitations') }}

),

invited as (

    select
        survey_id,
        wave_id,
        count(*) as invitation_count

    from invitations

    where is_counted

    group by survey_id, wave_id

),

judged as (

    select
        case
            when
                response_rates.complete_count
                + response_rates.partial_count
                + response_rates.refusal_count
                + response_rates.no_contact_count
                + response_rates.other_count
                + response_rates.unknown_other_count
                <> response_rates.invited_count
                then 'the dispositions do not sum to the invitations'
            when
                response_rates.segment_id = 'all'
                and response_rates.channel = 'all'
                and coalesce(invited.invitation_count, 0)
                <> response_rates.invited_count
                then 'an invitation of the wave is not among those invited'
            when response_rates.numerator > response_rates.denominator
                then 'more responded than were asked'
            when
                response_rates.invited_count = 0
                and response_rates.estimate is not null
                then 'there is a rate where nobody was asked'
        end as failure,
        response_rates.segment_id,
        response_rates.survey_id,
        response_rates.wave_id,
        response_rates.channel,
        response_rates.measure,
        response_rates.invited_count,
        invited.invitation_count,
        response_rates.numerator,
        response_rates.denominator,
        response_rates.estimate

    from response_rates

    left join invited
        on response_rates.survey_id = invited.survey_id
        and response_rates.wave_id = invited.wave_id

)

select * from judged

where failure is not null
