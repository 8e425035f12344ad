-- Grain: one row per segment and month with recurring revenue.
with

revenue_per_customer as (

    select * from {{ ref('sales_arpa__month') }}

),

churn_rates as (

    select * from {{ ref('sales_churn_rate__month') }}

),

margins as (

    select * from {{ ref('int_margins_resolved') }}

),

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

survival as (

    select * from {{ ref('fit_survival__segment_month') }}

),

projections as (

    select * from {{ ref('fit_retention_projection__segment') }}

),

revenue_months as (

    select
        segment_id,
        estimate as arpa_amount,
        cast(numerator as decimal(18, 4)) as mrr_amount,
        denominator as customer_count,
        is_min_n_met,
        mrr_month

    from revenue_per_customer

    where
        measure = 'arpa'
        and is_complete

),

revenue_with_margin as (

    select
        revenue_months.segment_id,
        revenue_months.mrr_amount,
        revenue_months.mrr_amount * margins.gross_margin_rate as margin_amount,
        revenue_months.mrr_month

    from revenue_months

    left join margins
        on revenue_months.segment_id = margins.segment_id
        and revenue_months.mrr_month = margins.margin_month

    where revenue_months.segment_id <> 'all'

),

margins_weighted as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        sum(mrr_amount) as mrr_amount,
        sum(margin_amount) as margin_amount,
        sum(case when margin_amount is not null then mrr_amount else 0 end)
            as covered_mrr_amount,
        mrr_month

    from revenue_with_margin

    group by mrr_month, cube(segment_id)

),

churns as (

    select
        segment_id,
        mrr_month,
        sum(numerator) over last_three_months as churned_count,
        sum(denominator) over last_three_months as begin_count,
        min(mrr_month) over last_three_months as first_month

    from churn_rates

    where
        measure = 'logo'
        and component = 'all'

    window last_three_months as (
        partition by segment_id
        order by mrr_month
        rows between 2 preceding and current row
    )

),

revenue_by_age as (

    -- Whoever came back is another story than the one that survival tells.
    select
        case when grouping(cohort_segment_id) = 1 then 'all' else cohort_segment_id end
            as segment_id,
        age_months,
        {{ safe_divide('sum(mrr_amount)', 'count(*)') }} as arpa_amount

    from customer_months

    where
        is_active
        and spell_no = 1
        and age_months is not null

    group by age_months, cube(cohort_segment_id)

),

survival_by_age as (

    -- To the last age at which 30 are at risk, and have been up to there.
    select
        segment_id,
        age,
        estimate,
        ci_low,
        ci_high,
        max(age) over (partition by segment_id) as horizon_months

    from survival

    where
        survival_basis = 'month'
        and contract_type = 'all'
        and is_min_n_met

),

lifetime_revenue as (

    -- Sums of decimals are the same in any order.
    select
        survival_by_age.segment_id,
        min(survival_by_age.horizon_months) as horizon_months,
        sum(
            cast(
                survival_by_age.estimate * revenue_by_age.arpa_amount
                as decimal(18, 6)
            )
        ) as revenue_amount,
        sum(
            cast(
                survival_by_age.ci_low * revenue_by_age.arpa_amount
                as decimal(18, 6)
            )
        ) as revenue_amount_low,
        sum(
            cast(
                survival_by_age.ci_high * revenue_by_age.arpa_amount
                as decimal(18, 6)
            )
        ) as revenue_amount_high

    from survival_by_age

    inner join revenue_by_age
        on survival_by_age.segment_id = revenue_by_age.segment_id
        and survival_by_age.age = revenue_by_age.age_months

    where survival_by_age.age < survival_by_age.horizon_months

    group by survival_by_age.segment_id

),

lifetimes as (

    select
        segment_id,
        discounted_lifetime,
        discounted_lifetime_low,
        discounted_lifetime_high

    from projections

    where
        survival_basis = 'month'
        and contract_type = 'all'

),

inputs as (

    select
        revenue_months.segment_id,
        revenue_months.arpa_amount,
        revenue_months.customer_count,
        revenue_months.is_min_n_met,
        revenue_months.mrr_month,
        {{ safe_divide(
            'margins_weighted.covered_mrr_amount', 'margins_weighted.mrr_amount'
        ) }} as margin_coverage_rate,
        -- A margin that is missing is never taken for one of 100 %.
        case
            when margins_weighted.covered_mrr_amount = margins_weighted.mrr_amount
                then {{ safe_divide(
                    'margins_weighted.margin_amount', 'margins_weighted.mrr_amount'
                ) }}
        end as gross_margin_rate,
        case
            when churns.first_month = {{ months_later('churns.mrr_month', -2) }}
                then {{ safe_divide('churns.churned_count', 'churns.begin_count') }}
        end as churn_rate,
        lifetime_revenue.horizon_months,
        lifetime_revenue.revenue_amount,
        lifetime_revenue.revenue_amount_low,
        lifetime_revenue.revenue_amount_high,
        lifetimes.discounted_lifetime,
        lifetimes.discounted_lifetime_low,
        lifetimes.discounted_lifetime_high

    from revenue_months

    left join margins_weighted
        on revenue_months.segment_id = margins_weighted.segment_id
        and revenue_months.mrr_month = margins_weighted.mrr_month

    left join churns
        on revenue_months.segment_id = churns.segment_id
        and revenue_months.mrr_month = churns.mrr_month

    left join lifetime_revenue
        on revenue_months.segment_id = lifetime_revenue.segment_id

    left join lifetimes
        on revenue_months.segment_id = lifetimes.segment_id

)

select
    segment_id,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(customer_count as bigint) as customer_count,
    arpa_amount,
    gross_margin_rate,
    margin_coverage_rate,
    cast(horizon_months as bigint) as observed_horizon_months,
    revenue_amount * gross_margin_rate as observed_ltv_amount,
    revenue_amount_low * gross_margin_rate as observed_ltv_amount_low,
    revenue_amount_high * gross_margin_rate as observed_ltv_amount_high,
    discounted_lifetime as projected_lifetime_months,
    arpa_amount * gross_margin_rate * discounted_lifetime as projected_ltv_amount,
    arpa_amount * gross_margin_rate * discounted_lifetime_low
        as projected_ltv_amount_low,
    arpa_amount * gross_margin_rate * discounted_lifetime_high
        as projected_ltv_amount_high,
    churn_rate,
    arpa_amount * gross_margin_rate / nullif(churn_rate, 0)
        as ltv_constant_churn_amount,
    is_min_n_met,
    mrr_month

from inputs
