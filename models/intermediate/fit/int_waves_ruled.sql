-- Grain: one row per survey and wave, with the rule of who is eligible in it.
with

waves as (

    select * from {{ ref('dim_survey_waves') }}

),

usage_days as (

    select * from {{ ref('int_customer_usage_days') }}

),

item_versions as (

    select * from {{ ref('int_subscription_items_judged') }}

),

first_days as (

    select min(usage_date) as first_usage_date from usage_days

),

first_payments as (

    select min(counts_from_date) as first_paying_date

    from item_versions

    where is_counted

),

waves_in_order as (

    select
        survey_id,
        wave_id,
        wave_number,
        is_complete,
        cast(opens_local_at as date) as opens_date,
        lag(cast(opens_local_at as date)) over (
            partition by survey_id
            order by wave_number
        ) as previous_opens_date

    from waves

)

select
    waves_in_order.survey_id,
    waves_in_order.wave_id,
    -- Scores under different rules are never compared (metrics 1.1).
    case
        when
            first_days.first_usage_date
            <= {{ dbt.dateadd('day', -14, 'waves_in_order.opens_date') }}
            then 'used_twice_and_within_14_days'
        when first_payments.first_paying_date <= waves_in_order.opens_date
            then 'paying'
        else 'unchecked'
    end as eligibility_rule,
    waves_in_order.wave_number,
    waves_in_order.is_complete,
    waves_in_order.opens_date,
    waves_in_order.previous_opens_date,
    -- The last month that had ended when the wave opened: its MRR is what weighs.
    {{ months_later(month_of('waves_in_order.opens_date'), -1) }} as opening_mrr_month,
    {{ months_later(month_of('waves_in_order.previous_opens_date'), -1) }}
        as previous_mrr_month

from waves_in_order

cross join first_days

cross join first_payments
