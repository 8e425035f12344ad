-- Grain: one row per segment, basis, cohort and age in months.
with

active_months as (

    select * from {{ ref('int_customers_active') }}

),

last_complete_months as (

    select {{ months_later(month_of(as_of()), -1) }} as last_month

),

customers as (

    select
        activity_basis,
        customer_key,
        segment_id,
        cohort_label,
        max(age_months) as last_age_months,
        cohort_month

    from active_months

    group by activity_basis, customer_key, segment_id, cohort_label, cohort_month

),

cohorts as (

    select
        customers.activity_basis,
        customers.segment_id,
        customers.cohort_label,
        count(*) as customer_count,
        {{ dbt.datediff(
            'customers.cohort_month', 'last_complete_months.last_month', 'month'
        ) }} as oldest_age_months,
        customers.cohort_month

    from customers

    cross join last_complete_months

    group by
        customers.activity_basis,
        customers.segment_id,
        customers.cohort_label,
        customers.cohort_month,
        last_complete_months.last_month

),

ages as (

    -- The ages that any cohort has reached.
    select distinct oldest_age_months as age_months from cohorts

),

active_by_age as (

    select
        activity_basis,
        segment_id,
        cohort_label,
        age_months,
        count(*) as active_count,
        cohort_month

    from active_months

    where age_months is not null

    group by activity_basis, segment_id, cohort_label, age_months, cohort_month

),

last_active_by_age as (

    select
        activity_basis,
        segment_id,
        cohort_label,
        last_age_months,
        count(*) as customer_count,
        cohort_month

    from customers

    where last_age_months is not null

    group by activity_basis, segment_id, cohort_label, last_age_months, cohort_month

),

cells_of_cohorts as (

    select
        cohorts.activity_basis,
        cohorts.segment_id,
        cohorts.cohort_label,
        ages.age_months,
        cohorts.customer_count,
        coalesce(active_by_age.active_count, 0) as active_count,
        -- Active at this age or at any later one.
        coalesce(
            sum(last_active_by_age.customer_count) over (
                partition by
                    cohorts.activity_basis,
                    cohorts.segment_id,
                    cohorts.cohort_label,
                    cohorts.cohort_month
                order by ages.age_months desc
            ),
            0
        ) as active_or_later_count

    from cohorts

    inner join ages
        on cohorts.oldest_age_months >= ages.age_months

    left join active_by_age
        on cohorts.activity_basis = active_by_age.activity_basis
        and cohorts.segment_id = active_by_age.segment_id
        and cohorts.cohort_label = active_by_age.cohort_label
        and cohorts.cohort_month = active_by_age.cohort_month
        and ages.age_months = active_by_age.age_months

    left join last_active_by_age
        on cohorts.activity_basis = last_active_by_age.activity_basis
        and cohorts.segment_id = last_active_by_age.segment_id
        and cohorts.cohort_label = last_active_by_age.cohort_label
        and cohorts.cohort_month = last_active_by_age.cohort_month
        and ages.age_months = last_active_by_age.last_age_months

),

cells as (

    -- Customers of unknown birth make a cohort of their own, in no pooled curve.
    select
        activity_basis,
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        case when grouping(cohort_label) = 1 then 'all' else cohort_label end
            as cohort_label,
        age_months,
        cast(sum(customer_count) as bigint) as customer_count,
        cast(sum(active_count) as bigint) as active_count,
        cast(sum(active_or_later_count) as bigint) as active_or_later_count

    from cells_of_cohorts

    where cohort_label <> 'opening'

    group by activity_basis, age_months, cube(segment_id, cohort_label)

    union all

    select
        activity_basis,
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        'opening' as cohort_label,
        age_months,
        cast(sum(customer_count) as bigint) as customer_count,
        cast(sum(active_count) as bigint) as active_count,
        cast(sum(active_or_later_count) as bigint) as active_or_later_count

    from cells_of_cohorts

    where cohort_label = 'opening'

    group by activity_basis, age_months, rollup(segment_id)

),

rates as (

    select
        segment_id,
        activity_basis,
        cohort_label,
        age_months,
        customer_count,
        active_or_later_count,
        {{ wilson_interval('active_count', 'customer_count') }}

    from cells

)

select
    segment_id,
    activity_basis,
    cohort_label,
    age_months,
    customer_count,
    active_or_later_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    case
        when estimate is not null
            then {{ safe_divide('active_or_later_count', 'customer_count') }}
    end as on_or_after_rate,
    is_min_n_met

from rates
