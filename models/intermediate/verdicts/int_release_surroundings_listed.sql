-- Grain: one row per release, segment and measure.
with

effects as (

    select * from {{ ref('int_release_effects_estimated') }}

),

releases as (

    select * from {{ ref('dim_releases') }}

),

campaigns as (

    select * from {{ ref('stg_crm__campaigns') }}

),

windows as (

    select * from {{ ref('int_release_windows_bounded') }}

),

spans as (

    -- The months of a series, or the days on either side that answers are taken from.
    select
        effects.release_key,
        effects.segment_id,
        effects.measure,
        coalesce(effects.first_month, windows.window_start_date) as first_date,
        coalesce(
            {{ months_later('effects.last_month', 1) }}, windows.window_end_date
        ) as end_date

    from effects

    inner join windows
        on effects.release_key = windows.release_key

),

other_releases as (

    select
        spans.release_key,
        spans.segment_id,
        spans.measure,
        string_agg(
            releases.release_name || ' (' || releases.released_date || ')', ', '
            order by releases.released_date, releases.release_key
        ) as concurrent_releases,
        count(*) as concurrent_release_count

    from spans

    inner join releases
        on spans.release_key <> releases.release_key
        and spans.first_date <= releases.released_date
        and spans.end_date > releases.released_date
        and (
            spans.segment_id = 'all'
            or releases.segment_id in ('all', spans.segment_id)
        )

    group by spans.release_key, spans.segment_id, spans.measure

),

campaigns_meanwhile as (

    select
        spans.release_key,
        spans.segment_id,
        spans.measure,
        string_agg(
            coalesce(campaigns.campaign_name, campaigns.campaign_id)
            || coalesce(' (' || campaigns.start_date || ')', ''), ', '
            order by campaigns.start_date, campaigns.campaign_id
        ) as concurrent_campaigns,
        count(*) as concurrent_campaign_count

    from spans

    inner join campaigns
        on spans.end_date > campaigns.start_date
        and spans.first_date <= coalesce(campaigns.end_date, campaigns.start_date)
        and (
            spans.segment_id = 'all'
            or coalesce(campaigns.segment_id, spans.segment_id) = spans.segment_id
        )

    where campaigns.start_date < {{ as_of() }}

    group by spans.release_key, spans.segment_id, spans.measure

)

select
    spans.release_key,
    spans.segment_id,
    spans.measure,
    other_releases.concurrent_releases,
    campaigns_meanwhile.concurrent_campaigns,
    coalesce(other_releases.concurrent_release_count, 0)
        as concurrent_release_count,
    coalesce(campaigns_meanwhile.concurrent_campaign_count, 0)
        as concurrent_campaign_count

from spans

left join other_releases
    on spans.release_key = other_releases.release_key
    and spans.segment_id = other_releases.segment_id
    and spans.measure = other_releases.measure

left join campaigns_meanwhile
    on spans.release_key = campaigns_meanwhile.release_key
    and spans.segment_id = campaigns_meanwhile.segment_id
    and spans.measure = campaigns_meanwhile.measure
