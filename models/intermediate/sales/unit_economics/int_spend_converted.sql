-- Grain: one row per booking of spend known at the as-of date.
with

spend as (

    select * from {{ ref('stg_finance__spend') }}

),

campaigns as (

    select * from {{ ref('stg_crm__campaigns') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

campaign_names as (

    -- Books name a campaign by its id or by its name.
    select
        lower(trim(campaign_id)) as campaign,
        segment_id

    from campaigns

    union all

    select
        lower(trim(campaign_name)),
        segment_id

    from campaigns

),

campaign_segments as (

    select
        campaign,
        min(segment_id) as segment_id

    from campaign_names

    group by campaign

    -- A name that two campaigns of different segments have says nothing.
    having min(segment_id) = max(segment_id)

),

known_spend as (

    select
        spend.source_system,
        spend.spend_id,
        -- `all` tells no segment.
        nullif(coalesce(spend.segment_id, campaign_segments.segment_id), 'all')
            as segment_id,
        spend.spend_function,
        spend.channel,
        spend.currency_code,
        spend.spend_amount,
        {{ month_of('spend.spend_month') }} as spend_month

    from spend

    left join campaign_segments
        on lower(trim(spend.campaign)) = campaign_segments.campaign

    where spend.spend_month < {{ as_of() }}

)

select
    known_spend.source_system || ':' || known_spend.spend_id as spend_key,
    known_spend.segment_id,
    known_spend.spend_function,
    known_spend.channel,
    known_spend.currency_code,
    known_spend.spend_amount,
    case
        -- Nothing is nothing in every currency.
        when known_spend.spend_amount = 0 then known_spend.spend_amount
        else cast(known_spend.spend_amount * fx_rates.fx_rate as decimal(18, 4))
    end as spend_amount_reporting,
    known_spend.spend_function in ('sales', 'marketing') as is_sales_and_marketing,
    known_spend.spend_month

from known_spend

-- Books of a month are converted at the rate that holds when the month begins.
left join fx_rates
    on known_spend.currency_code = fx_rates.currency_code
    and known_spend.spend_month >= fx_rates.valid_from_date
    and known_spend.spend_month < fx_rates.valid_to_date
