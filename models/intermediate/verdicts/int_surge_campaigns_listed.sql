-- Grain: one row per segment and surge that a campaign ran in.
with

episodes as (

    select * from {{ ref('int_surge_episodes_bounded') }}

),

campaigns as (

    select * from {{ ref('stg_crm__campaigns') }}

)

select
    episodes.segment_id,
    episodes.episode_label,
    string_agg(
        coalesce(campaigns.campaign_name, campaigns.campaign_id), ', '
        order by campaigns.start_date, campaigns.source_system, campaigns.campaign_id
    ) as campaign_names,
    count(*) as campaign_count,
    max(campaigns.discount_rate) as largest_discount_rate

from episodes

inner join campaigns
    -- A campaign without a segment was for everybody.
    on (
        episodes.segment_id = 'all'
        or coalesce(campaigns.segment_id, episodes.segment_id) = episodes.segment_id
    )
    and {{ months_later('episodes.episode_end_month', 1) }} > campaigns.start_date
    and episodes.episode_start_month
    < coalesce(campaigns.end_date, {{ as_of() }})

where campaigns.start_date < {{ as_of() }}

group by episodes.segment_id, episodes.episode_label
