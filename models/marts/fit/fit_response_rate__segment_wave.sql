-- Grain: one row per segment, survey, wave, channel and measure.
with

invitations as (

    select * from {{ ref('bridge_survey_invitations') }}

),

responses as (

    select * from {{ ref('fct_survey_responses') }}

),

waves as (

    select * from {{ ref('dim_survey_waves') }}

),

invited_respondents as (

    -- Who was asked at least once in the wave.
    select distinct
        survey_id,
        wave_id,
        respondent_key

    from invitations

    where is_counted

),

records as (

    select
        survey_id,
        wave_id,
        segment_id,
        channel,
        aapor_disposition

    from invitations

    where is_counted

    union all

    -- An open link has no list of who saw it.
    select
        responses.survey_id,
        responses.wave_id,
        responses.segment_id,
        coalesce(responses.channel, 'unspecified') as channel,
        'uninvited' as aapor_disposition

    from responses

    left join invited_respondents
        on responses.survey_id = invited_respondents.survey_id
        and responses.wave_id = invited_respondents.wave_id
        and responses.respondent_key = invited_respondents.respondent_key

    where
        responses.is_counted
        and invited_respondents.respondent_key is null

),

counts as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        survey_id,
        wave_id,
        case when grouping(channel) = 1 then 'all' else channel end as channel,
        count(*) filter (where aapor_disposition <> 'uninvited') as invited_count,
        count(*) filter (where aapor_disposition = 'complete') as complete_count,
        count(*) filter (where aapor_disposition = 'partial') as partial_count,
        count(*) filter (where aapor_disposition = 'refusal') as refusal_count,
        count(*) filter (where aapor_disposition = 'no_contact') as no_contact_count,
        count(*) filter (where aapor_disposition = 'other') as other_count,
        count(*) filter (where aapor_disposition = 'unknown_other')
            as unknown_other_count,
        count(*) filter (where aapor_disposition = 'uninvited') as uninvited_count

    from records

    group by survey_id, wave_id, cube(segment_id, channel)

),

measures as (

    select
        counts.*,
        'rr1' as measure,
        counts.complete_count as responding_count,
        counts.invited_count as asked_count

    from counts

    union all

    select
        counts.*,
        'rr2' as measure,
        counts.complete_count + counts.partial_count as responding_count,
        counts.invited_count as asked_count

    from counts

    union all

    select
        counts.*,
        'completion' as measure,
        counts.complete_count as responding_count,
        counts.complete_count + counts.partial_count + counts.refusal_count
            as asked_count

    from counts

),

rates as (

    select
        segment_id,
        survey_id,
        wave_id,
        channel,
        measure,
        invited_count,
        complete_count,
        partial_count,
        refusal_count,
        no_contact_count,
        other_count,
        unknown_other_count,
        uninvited_count,
        -- Nothing was sampled: all invitations are counted, so that no interval is due.
        {{ interval_columns(
            numerator='responding_count',
            denominator='asked_count',
            estimate=safe_divide('responding_count', 'asked_count'),
            ci_low='cast(null as double)',
            ci_high='cast(null as double)',
            ci_method='census',
            n_effective='asked_count',
            units='asked_count'
        ) }}

    from measures

)

select
    rates.segment_id,
    rates.survey_id,
    rates.wave_id,
    rates.channel,
    rates.measure,
    rates.invited_count,
    rates.complete_count,
    rates.partial_count,
    rates.refusal_count,
    rates.no_contact_count,
    rates.other_count,
    rates.unknown_other_count,
    rates.uninvited_count,
    rates.numerator,
    rates.denominator,
    rates.estimate,
    rates.ci_low,
    rates.ci_high,
    rates.ci_method,
    rates.n_effective,
    rates.is_min_n_met,
    waves.is_complete

from rates

inner join waves
    on rates.survey_id = waves.survey_id
    and rates.wave_id = waves.wave_id
