-- Grain: one row per day, segment, opportunity type, stage and currency in which the
-- open pipeline changed.
with

open_opportunities as (

    select * from {{ ref('int_open_opportunities_spanned') }}

),

first_days as (

    select
        coalesce(
            min(valid_from_date) filter (where not is_undated),
            cast({{ dbt.dateadd('day', -1, as_of()) }} as date)
        ) as first_date

    from open_opportunities

),

dated_opportunities as (

    -- A deal that nobody knows the start of is open from the first day on.
    select
        open_opportunities.segment_id,
        open_opportunities.opportunity_type,
        open_opportunities.pipeline,
        open_opportunities.stage,
        coalesce(open_opportunities.currency_code, 'unknown') as currency_code,
        open_opportunities.is_qualified,
        coalesce(open_opportunities.opportunity_amount, 0) as opportunity_amount,
        case when open_opportunities.opportunity_amount is null then 1 else 0 end
            as missing_amount_count,
        case when open_opportunities.is_undated then 1 else 0 end as undated_count,
        case when open_opportunities.visit_basis = 'derived' then 1 else 0 end
            as derived_count,
        greatest(open_opportunities.valid_from_date, first_days.first_date)
            as valid_from_date,
        open_opportunities.valid_to_date

    from open_opportunities

    cross join first_days

    where open_opportunities.valid_to_date > first_days.first_date

),

signed_changes as (

    select
        segment_id,
        opportunity_type,
        pipeline,
        stage,
        currency_code,
        is_qualified,
        1 as deal_count,
        opportunity_amount,
        missing_amount_count,
        undated_count,
        derived_count,
        valid_from_date as changed_date

    from dated_opportunities

    union all

    select
        segment_id,
        opportunity_type,
        pipeline,
        stage,
        currency_code,
        is_qualified,
        -1 as deal_count,
        -opportunity_amount as opportunity_amount,
        -missing_amount_count as missing_amount_count,
        -undated_count as undated_count,
        -derived_count as derived_count,
        valid_to_date as changed_date

    from dated_opportunities

    where valid_to_date < {{ as_of() }}

)

select
    segment_id,
    opportunity_type,
    pipeline,
    stage,
    currency_code,
    is_qualified,
    cast(sum(deal_count) as bigint) as deal_change,
    cast(sum(opportunity_amount) as decimal(18, 4)) as amount_change,
    cast(sum(missing_amount_count) as bigint) as missing_amount_change,
    cast(sum(undated_count) as bigint) as undated_change,
    cast(sum(derived_count) as bigint) as derived_change,
    changed_date

from signed_changes

group by
    segment_id,
    opportunity_type,
    pipeline,
    stage,
    currency_code,
    is_qualified,
    changed_date

-- A new expected close changes nothing here.
having
    sum(deal_count) <> 0
    or sum(opportunity_amount) <> 0
    or sum(missing_amount_count) <> 0
    or sum(undated_count) <> 0
    or sum(derived_count) <> 0
