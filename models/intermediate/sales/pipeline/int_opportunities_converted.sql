-- Grain: one row per opportunity, with its values at closing or, while it is open, at
-- the end of the last day, and its amount in the reporting currency.
with

closed_opportunities as (

    select * from {{ ref('int_opportunities_closed') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

values_spanned as (

    select * from {{ ref('int_opportunity_values_spanned') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

amounts_spanned as (

    select * from values_spanned

    where field = 'amount'

),

expected_closes_spanned as (

    select * from values_spanned

    where field = 'expected_close_date'

),

opportunities_dated as (

    select
        source_system,
        opportunity_id,
        coalesce(
            closed_date, cast({{ dbt.dateadd('day', -1, as_of()) }} as date)
        ) as valued_date

    from closed_opportunities

),

opportunities_valued as (

    -- Fields without a history are taken from the record.
    select
        opportunities_dated.source_system,
        opportunities_dated.opportunity_id,
        opportunities.currency_code,
        case
            when amounts_spanned.opportunity_id is null
                then opportunities.opportunity_amount
            else amounts_spanned.opportunity_amount
        end as opportunity_amount,
        case
            when expected_closes_spanned.opportunity_id is null
                then opportunities.expected_close_date
            else expected_closes_spanned.expected_close_date
        end as expected_close_date,
        opportunities_dated.valued_date

    from opportunities_dated

    inner join opportunities
        on opportunities_dated.source_system = opportunities.source_system
        and opportunities_dated.opportunity_id = opportunities.opportunity_id

    left join amounts_spanned
        on opportunities_dated.source_system = amounts_spanned.source_system
        and opportunities_dated.opportunity_id = amounts_spanned.opportunity_id
        and opportunities_dated.valued_date >= amounts_spanned.valid_from_date
        and opportunities_dated.valued_date < amounts_spanned.valid_to_date

    left join expected_closes_spanned
        on opportunities_dated.source_system = expected_closes_spanned.source_system
        and opportunities_dated.opportunity_id
        = expected_closes_spanned.opportunity_id
        and opportunities_dated.valued_date
        >= expected_closes_spanned.valid_from_date
        and opportunities_dated.valued_date < expected_closes_spanned.valid_to_date

)

select
    opportunities_valued.source_system,
    opportunities_valued.opportunity_id,
    opportunities_valued.currency_code,
    opportunities_valued.opportunity_amount,
    fx_rates.fx_rate,
    case
        -- nothing is nothing in every currency
        when opportunities_valued.opportunity_amount = 0
            then opportunities_valued.opportunity_amount
        else
            cast(
                opportunities_valued.opportunity_amount * fx_rates.fx_rate
                as decimal(18, 4)
            )
    end as opportunity_amount_reporting,
    opportunities_valued.expected_close_date,
    opportunities_valued.valued_date

from opportunities_valued

left join fx_rates
    on opportunities_valued.currency_code = fx_rates.currency_code
    and opportunities_valued.valued_date >= fx_rates.valid_from_date
    and opportunities_valued.valued_date < fx_rates.valid_to_date
