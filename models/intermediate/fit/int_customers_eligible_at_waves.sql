-- Grain: one row per survey, wave and customer eligible when the wave opened.
with

waves as (

    select * from {{ ref('int_waves_ruled') }}

),

usage_days as (

    select * from {{ ref('int_customer_usage_days') }}

),

item_versions as (

    select * from {{ ref('int_subscription_items_judged') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

customer_segments as (

    select * from {{ ref('int_customer_segments_spanned') }}

),

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

strata as (

    select * from {{ ref('strata') }}

),

days_before_waves as (

    select
        waves.survey_id,
        waves.wave_id,
        {{ dbt.dateadd('day', '-days_back.day_count', 'waves.opens_date') }}
            as usage_date

    from waves

    -- The linter does not see that the macro above reads it.
    cross join (
        values
        (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14)
    ) as days_back (day_count)  -- noqa: AL05

    where waves.eligibility_rule = 'used_twice_and_within_14_days'

),

eligible as (

    select
        days_before_waves.survey_id,
        days_before_waves.wave_id,
        usage_days.customer_key

    from usage_days

    inner join days_before_waves
        on usage_days.usage_date = cast(days_before_waves.usage_date as date)

    group by
        days_before_waves.survey_id,
        days_before_waves.wave_id,
        usage_days.customer_key

    -- The second day of use was there by then.
    having max(usage_days.usage_day_number) >= 2

    union all

    -- `distinct`, since a customer may pay for several items.
    select distinct
        waves.survey_id,
        waves.wave_id,
        item_versions.customer_key

    from waves

    inner join item_versions
        on item_versions.is_counted
        and waves.opens_date >= item_versions.counts_from_date
        and waves.opens_date < item_versions.counts_until_date

    where waves.eligibility_rule = 'paying'

),

eligible_described as (

    select
        eligible.survey_id,
        eligible.wave_id,
        eligible.customer_key,
        customer_segments.segment_id,
        customers.first_paid_date,
        coalesce(customer_months.mrr_amount, 0) as mrr_amount,
        waves.opens_date

    from eligible

    inner join waves
        on eligible.survey_id = waves.survey_id
        and eligible.wave_id = waves.wave_id

    inner join customers
        on eligible.customer_key = customers.customer_key

    left join customer_segments
        on eligible.customer_key = customer_segments.customer_key
        and waves.opens_date >= customer_segments.valid_from_date
        and waves.opens_date < customer_segments.valid_to_date

    left join customer_months
        on eligible.customer_key = customer_months.customer_key
        and waves.opening_mrr_month = customer_months.mrr_month

    where
        not customers.is_internal
        and not customers.is_test

)

select
    eligible_described.survey_id,
    eligible_described.wave_id,
    eligible_described.customer_key,
    coalesce(eligible_described.segment_id, 'unknown') as segment_id,
    coalesce(strata.tenure_band, 'unknown') as tenure_band,
    coalesce(strata.merge_order, 99) as merge_order,
    cast(eligible_described.mrr_amount as decimal(18, 4)) as mrr_amount

from eligible_described

left join strata
    on {{ is_in_tenure_band('eligible_described', 'strata') }}
