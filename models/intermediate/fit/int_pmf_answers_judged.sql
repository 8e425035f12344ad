-- Grain: one row per survey, wave, question family, survey type and respondent.
with

answers as (

    select * from {{ ref('int_answers_counted') }}

),

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

strata as (

    select * from {{ ref('strata') }}

),

pmf_answers as (

    select
        answers.*,
        waves.eligibility_rule,
        waves.opens_date

    from answers

    inner join waves
        on answers.survey_id = waves.survey_id
        and answers.wave_id = waves.wave_id

    where answers.question_kind = 'pmf'

),

days_before_answers as (

    -- An answer on the day of use counts: the day itself and the 13 before.
    select
        pmf_answers.source_system,
        pmf_answers.response_id,
        pmf_answers.customer_key,
        {{ dbt.dateadd('day', '-days_back.day_count', 'pmf_answers.submitted_date') }}
            as usage_date

    from pmf_answers

    -- The linter does not see that the macro above reads it.
    cross join (
        values
        (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13)
    ) as days_back (day_count)  -- noqa: AL05

    where pmf_answers.eligibility_rule = 'used_twice_and_within_14_days'

),

eligible_responses as (

    select
        days_before_answers.source_system,
        days_before_answers.response_id

    from days_before_answers

    inner join usage_days
        on days_before_answers.customer_key = usage_days.customer_key
        and cast(days_before_answers.usage_date as date) = usage_days.usage_date

    group by days_before_answers.source_system, days_before_answers.response_id

    having max(usage_days.usage_day_number) >= 2

    union all

    -- `distinct`, since a customer may pay for several items.
    select distinct
        pmf_answers.source_system,
        pmf_answers.response_id

    from pmf_answers

    inner join item_versions
        on pmf_answers.customer_key = item_versions.customer_key
        and pmf_answers.submitted_date >= item_versions.counts_from_date
        and pmf_answers.submitted_date < item_versions.counts_until_date

    where
        pmf_answers.eligibility_rule = 'paying'
        and item_versions.is_counted

),

described as (

    select
        pmf_answers.*,
        pmf_answers.customer_key is null as is_anonymous,
        -- Of somebody whom nobody knows, nobody knows whether they use the product.
        pmf_answers.customer_key is null
        or pmf_answers.eligibility_rule = 'unchecked'
        or eligible_responses.response_id is not null as is_eligible,
        customers.first_paid_date

    from pmf_answers

    left join eligible_responses
        on pmf_answers.source_system = eligible_responses.source_system
        and pmf_answers.response_id = eligible_responses.response_id

    left join customers
        on pmf_answers.customer_key = customers.customer_key

)

select
    described.survey_id,
    described.wave_id,
    described.question_family,
    described.survey_type,
    described.source_system,
    described.response_id,
    described.respondent_key,
    described.customer_key,
    described.cluster_key,
    described.segment_id,
    described.eligibility_rule,
    coalesce(strata.tenure_band, 'unknown') as tenure_band,
    coalesce(strata.merge_order, 99) as merge_order,
    described.channel,
    described.wording_version,
    described.answer_code,
    described.answer_score,
    described.is_anonymous,
    described.is_eligible,
    described.submitted_date

from described

left join strata
    on {{ is_in_tenure_band('described', 'strata') }}
