-- Grain: one row per segment, cohort and age in months.
with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

revalued as (

    select * from {{ ref('int_customer_mrr_revalued') }}

),

paid_months as (

    select
        customer_months.customer_key,
        customer_months.cohort_segment_id as segment_id,
        customer_months.cohort_label,
        -- One digit more than amounts have, so that their products are wide decimals.
        cast(revalued.amount_at_first_rates as decimal(19, 4)) as mrr_amount,
        customer_months.mrr_month,
        revalued.first_month

    from customer_months

    inner join revalued
        on customer_months.customer_key = revalued.customer_key
        and customer_months.mrr_month = revalued.mrr_month

),

first_paid_months as (

    select
        customer_key,
        segment_id,
        cohort_label,
        mrr_amount as first_amount,
        first_month

    from paid_months

    where mrr_month = first_month

),

cohorts as (

    select
        segment_id,
        cohort_label,
        count(*) as customer_count,
        sum(first_amount) as sum_first,
        sum(first_amount * first_amount) as sum_first_first,
        first_month

    from first_paid_months

    group by
        segment_id,
        cohort_label,
        first_month

),

retained as (

    select
        first_paid_months.segment_id,
        first_paid_months.cohort_label,
        count(*) as active_count,
        sum(paid_months.mrr_amount) as sum_later,
        sum(paid_months.mrr_amount * paid_months.mrr_amount) as sum_later_later,
        sum(paid_months.mrr_amount * first_paid_months.first_amount)
            as sum_later_first,
        paid_months.mrr_month,
        first_paid_months.first_month

    from paid_months

    inner join first_paid_months
        on paid_months.customer_key = first_paid_months.customer_key

    group by
        first_paid_months.segment_id,
        first_paid_months.cohort_label,
        paid_months.mrr_month,
        first_paid_months.first_month

),

months as (

    select mrr_month

    from customer_months

    group by mrr_month

),

months_of_cohorts as (

    -- Every month that the cohort has reached, also those in which nobody paid.
    select
        cohorts.segment_id,
        cohorts.cohort_label,
        cohorts.customer_count,
        coalesce(retained.active_count, 0) as active_count,
        {{ dbt.datediff('cohorts.first_month', 'months.mrr_month', 'month') }}
            as cohort_age_months,
        cohorts.sum_first,
        cohorts.sum_first_first,
        coalesce(retained.sum_later, 0) as sum_later,
        coalesce(retained.sum_later_later, 0) as sum_later_later,
        coalesce(retained.sum_later_first, 0) as sum_later_first

    from cohorts

    inner join months
        on cohorts.first_month <= months.mrr_month

    left join retained
        on cohorts.segment_id = retained.segment_id
        and cohorts.cohort_label = retained.cohort_label
        and cohorts.first_month = retained.first_month
        and months.mrr_month = retained.mrr_month

    where {{ months_later('months.mrr_month', 1) }} <= {{ as_of() }}

),

cells as (

    select * from months_of_cohorts

    union all

    -- All cohorts that have reached the age; when the opening one began is unknown.
    select
        segment_id,
        'all' as cohort_label,
        customer_count,
        active_count,
        cohort_age_months,
        sum_first,
        sum_first_first,
        sum_later,
        sum_later_later,
        sum_later_first

    from months_of_cohorts

    where cohort_label <> 'opening'

),

sums as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        cohort_label,
        cohort_age_months,
        sum(customer_count) as customer_count,
        sum(active_count) as active_count,
        sum(sum_first) as sum_first,
        sum(sum_first_first) as sum_first_first,
        sum(sum_later) as sum_later,
        sum(sum_later_later) as sum_later_later,
        sum(sum_later_first) as sum_later_first

    from cells

    group by cohort_label, cohort_age_months, cube(segment_id)

),

rates as (

    select
        segment_id,
        cohort_label,
        cohort_age_months,
        customer_count,
        active_count,
        {{ ratio_interval(
            'sum_later',
            'sum_first',
            'sum_later_later',
            'sum_later_first',
            'sum_first_first',
            'customer_count'
        ) }}

    from sums

)

select
    segment_id,
    cohort_label,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(cohort_age_months as bigint) as cohort_age_months,
    cast(customer_count as bigint) as customer_count,
    cast(active_count as bigint) as active_customer_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met

from rates
