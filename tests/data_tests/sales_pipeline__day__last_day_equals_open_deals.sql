{#- What the changes of all days add up to is what is open now: the pipeline of the last
    day and the changes by currency equal the deals that are open, by type. Converted
    values may differ by rounding, deal by deal here and stage by stage there. -#}
{{ config(meta={'dagster': {'ref': {'name': 'sales_pipeline__day'}}}) }}

with

pipeline_days as (

    select * from {{ ref('sales_pipeline__day') }}

),

pipeline_changes as (

    select * from {{ ref('int_pipeline_changes_summed') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

open_opportunities as (

    select * from opportunities

    where
        is_counted
        and outcome = 'open'

),

last_days as (

    select
        'pipeline of the last day' as side,
        opportunity_type,
        currency_code,
        open_deal_count as deal_count,
        missing_amount_count,
        open_amount as amount,
        -- A calendar that ends before the as-of date has other rates on its last day.
        case
            when calendar_date = {{ dbt.dateadd('day', -1, as_of()) }}
                then 0.01 + 0.0001 * open_deal_count
        end as tolerance

    from pipeline_days

    where
        segment_id = 'all'
        and stage = 'all'
        and opportunity_type <> 'all'

    qualify calendar_date = max(calendar_date) over ()

),

open_deals_of_last_day as (

    select
        'pipeline of the last day' as side,
        opportunity_type,
        '{{ var("reporting_currency") }}' as currency_code,
        count(*) as deal_count,
        count(*) filter (where opportunity_amount is null) as missing_amount_count,
        coalesce(sum(opportunity_amount_reporting), 0) as amount

    from open_opportunities

    group by opportunity_type

),

sums_of_changes as (

    select
        'changes by currency' as side,
        opportunity_type,
        currency_code,
        sum(deal_change) as deal_count,
        sum(missing_amount_change) as missing_amount_count,
        sum(amount_change) as amount,
        0 as tolerance

    from pipeline_changes

    group by opportunity_type, currency_code

),

open_deals_by_currency as (

    select
        'changes by currency' as side,
        opportunity_type,
        coalesce(currency_code, 'unknown') as currency_code,
        count(*) as deal_count,
        count(*) filter (where opportunity_amount is null) as missing_amount_count,
        coalesce(sum(opportunity_amount), 0) as amount

    from open_opportunities

    group by opportunity_type, coalesce(currency_code, 'unknown')

),

expected as (

    select * from open_deals_of_last_day
    union all
    select * from open_deals_by_currency

),

observed as (

    select * from last_days
    union all
    select * from sums_of_changes

),

compared as (

    select
        coalesce(observed.side, expected.side) as side,
        coalesce(observed.opportunity_type, expected.opportunity_type)
            as opportunity_type,
        coalesce(observed.currency_code, expected.currency_code) as currency_code,
        coalesce(observed.deal_count, 0) as deal_count,
        coalesce(expected.deal_count, 0) as expected_deal_count,
        coalesce(observed.missing_amount_count, 0) as missing_amount_count,
        coalesce(expected.missing_amount_count, 0) as expected_missing_amount_count,
        coalesce(observed.amount, 0) as amount,
        coalesce(expected.amount, 0) as expected_amount,
        observed.tolerance

    from observed

    full join expected
        on observed.side = expected.side
        and observed.opportunity_type = expected.opportunity_type
        and observed.currency_code = expected.currency_code

)

select
    side,
    opportunity_type,
    currency_code,
    deal_count,
    expected_deal_count,
    missing_amount_count,
    expected_missing_amount_count,
    amount,
    expected_amount

from compared

where
    deal_count <> expected_deal_count
    or missing_amount_count <> expected_missing_amount_count
    or abs(amount - expected_amount) > tolerance
