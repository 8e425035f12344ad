-- Grain: one row per opportunity, with its amount in the reporting currency.
with

closed_opportunities as (

    select * from {{ ref('int_opportunities_closed') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

amounts as (

    select
        closed_opportunities.source_system,
        closed_opportunities.opportunity_id,
        opportunities.currency_code,
        closed_opportunities.opportunity_amount,
        closed_opportunities.closed_date

    from closed_opportunities

    inner join opportunities
        on closed_opportunities.source_system = opportunities.source_system
        and closed_opportunities.opportunity_id = opportunities.opportunity_id

),

amounts_with_rate as (

    select
        amounts.source_system,
        amounts.opportunity_id,
        amounts.currency_code,
        amounts.opportunity_amount,
        amounts.closed_date,
        fx_rates.fx_rate

    from amounts

    left join fx_rates
        on amounts.currency_code = fx_rates.currency_code
        and amounts.closed_date >= fx_rates.valid_from_date
        and amounts.closed_date < fx_rates.valid_to_date

)

select
    source_system,
    opportunity_id,
    currency_code,
    opportunity_amount,
    fx_rate,
    case
        when opportunity_amount = 0 then opportunity_amount
        when currency_code = '{{ var("reporting_currency") }}' then opportunity_amount
        else cast(opportunity_amount * fx_rate as decimal(18, 4))
    end as opportunity_amount_reporting,
    closed_date

from amounts_with_rate
