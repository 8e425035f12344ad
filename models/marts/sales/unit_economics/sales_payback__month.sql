-- Grain: one row per segment and month.
with

acquisition_costs as (

    select * from {{ ref('sales_acquisition_cost__month') }}

),

customers as (

    select * from {{ ref('int_customers_acquired') }}

),

margins as (

    select * from {{ ref('int_margins_resolved') }}

),

survival as (

    select * from {{ ref('fit_survival__segment_month') }}

),

costs as (

    select * from acquisition_costs

    where measure = 'cac'

),

new_revenue as (

    select
        segment_id,
        count(*) as customer_count,
        sum(acquired_amount) as mrr_amount,
        acquired_month

    from customers

    where acquisition_basis = 'subscription'

    group by segment_id, acquired_month

),

new_revenue_with_margin as (

    select
        new_revenue.segment_id,
        new_revenue.customer_count,
        new_revenue.mrr_amount,
        new_revenue.mrr_amount * margins.gross_margin_rate as margin_amount,
        new_revenue.acquired_month

    from new_revenue

    left join margins
        on new_revenue.segment_id = margins.segment_id
        and new_revenue.acquired_month = margins.margin_month

),

monthly_revenue as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        sum(customer_count) as customer_count,
        sum(mrr_amount) as mrr_amount,
        sum(margin_amount) as margin_amount,
        sum(case when margin_amount is not null then mrr_amount else 0 end)
            as covered_mrr_amount,
        acquired_month

    from new_revenue_with_margin

    group by acquired_month, cube(segment_id)

),

revenue_of_windows as (

    select
        costs.segment_id,
        costs.acquired_month,
        sum(monthly_revenue.customer_count) as customer_count,
        sum(monthly_revenue.mrr_amount) as mrr_amount,
        sum(monthly_revenue.margin_amount) as margin_amount,
        sum(monthly_revenue.covered_mrr_amount) as covered_mrr_amount

    from costs

    inner join monthly_revenue
        on costs.segment_id = monthly_revenue.segment_id
        and costs.first_acquired_month <= monthly_revenue.acquired_month
        and costs.acquired_month >= monthly_revenue.acquired_month

    group by costs.segment_id, costs.acquired_month

),

contributions as (

    select
        costs.segment_id,
        costs.acquired_month,
        costs.estimate as cac_amount,
        costs.ci_low as cac_amount_low,
        costs.ci_high as cac_amount_high,
        costs.is_min_n_met as is_cac_min_n_met,
        revenue_of_windows.customer_count,
        {{ safe_divide(
            'revenue_of_windows.mrr_amount', 'revenue_of_windows.customer_count'
        ) }} as asp_amount,
        {{ safe_divide(
            'revenue_of_windows.covered_mrr_amount', 'revenue_of_windows.mrr_amount'
        ) }} as margin_coverage_rate,
        -- A margin that is missing is never taken for one of 100 %.
        case
            when revenue_of_windows.covered_mrr_amount = revenue_of_windows.mrr_amount
                then {{ safe_divide(
                    'revenue_of_windows.margin_amount',
                    'revenue_of_windows.mrr_amount'
                ) }}
        end as gross_margin_rate

    from costs

    inner join revenue_of_windows
        on costs.segment_id = revenue_of_windows.segment_id
        and costs.acquired_month = revenue_of_windows.acquired_month

),

curves as (

    -- Months of margin that a customer brings in its first so many months, itself and
    -- at both ends of what survival may be.
    select
        segment_id,
        age + 1 as months,
        is_min_n_met,
        sum(estimate) over ages as survived_months,
        sum(ci_low) over ages as survived_months_low,
        sum(ci_high) over ages as survived_months_high

    from survival

    where
        survival_basis = 'month'
        and contract_type = 'all'
        and estimate is not null

    window ages as (
        partition by segment_id
        order by age
        rows between unbounded preceding and current row
    )

),

monthly_margins as (

    select
        *,
        asp_amount * gross_margin_rate as monthly_margin_amount

    from contributions

),

simple_paybacks as (

    -- A customer that brings nothing pays nothing back.
    select
        *,
        case when monthly_margin_amount > 0 then cac_amount / monthly_margin_amount end
            as simple_months,
        case
            when monthly_margin_amount > 0
                then cac_amount_low / monthly_margin_amount
        end as simple_months_low,
        case
            when monthly_margin_amount > 0
                then cac_amount_high / monthly_margin_amount
        end as simple_months_high

    from monthly_margins

),

adjusted_paybacks as (

    -- What is less than a billionth of a month is rounding.
    select
        simple_paybacks.segment_id,
        simple_paybacks.acquired_month,
        min(
            case
                when simple_paybacks.simple_months = 0 then 0
                when curves.survived_months >= simple_paybacks.simple_months - 1e-9
                    then curves.months
            end
        ) as adjusted_months,
        min(
            case
                when simple_paybacks.simple_months = 0 then 0
                when
                    curves.survived_months_high
                    >= simple_paybacks.simple_months_low - 1e-9
                    then curves.months
            end
        ) as adjusted_months_low,
        min(
            case
                when simple_paybacks.simple_months = 0 then 0
                when
                    curves.survived_months_low
                    >= simple_paybacks.simple_months_high - 1e-9
                    then curves.months
            end
        ) as adjusted_months_high,
        max(curves.months) as horizon_months,
        max(case when curves.is_min_n_met then curves.months end) as min_n_months

    from simple_paybacks

    inner join curves
        on simple_paybacks.segment_id = curves.segment_id

    group by simple_paybacks.segment_id, simple_paybacks.acquired_month

),

paybacks as (

    select
        simple_paybacks.*,
        adjusted_paybacks.adjusted_months,
        adjusted_paybacks.adjusted_months_low,
        adjusted_paybacks.adjusted_months_high,
        adjusted_paybacks.horizon_months,
        adjusted_paybacks.min_n_months,
        -- Why there is no number; NULL where there may be one.
        case
            when simple_paybacks.cac_amount is null then 'too_few_customers'
            when simple_paybacks.monthly_margin_amount is null then 'no_margin'
            when simple_paybacks.monthly_margin_amount <= 0 then 'never'
            when adjusted_paybacks.horizon_months is null then 'no_survival'
        end as missing_reason

    from simple_paybacks

    left join adjusted_paybacks
        on simple_paybacks.segment_id = adjusted_paybacks.segment_id
        and simple_paybacks.acquired_month = adjusted_paybacks.acquired_month

)

select
    segment_id,
    coalesce(
        missing_reason,
        case
            when adjusted_months is null then 'never_within_horizon' else 'reached'
        end
    ) as payback_status,
    coalesce(
        missing_reason,
        case
            when adjusted_months_high is null then 'never_within_horizon'
            else 'reached'
        end
    ) as payback_status_high,
    'conservative' as bounds_method,
    '{{ var("reporting_currency") }}' as currency_code,
    cac_amount,
    cac_amount_low,
    cac_amount_high,
    asp_amount,
    gross_margin_rate,
    margin_coverage_rate,
    simple_months,
    simple_months_low,
    simple_months_high,
    cast(adjusted_months as bigint) as adjusted_months,
    cast(adjusted_months_low as bigint) as adjusted_months_low,
    cast(adjusted_months_high as bigint) as adjusted_months_high,
    cast(horizon_months as bigint) as horizon_months,
    cast(customer_count as bigint) as customer_count,
    coalesce(
        missing_reason is null
        and is_cac_min_n_met
        and coalesce(adjusted_months, horizon_months) <= min_n_months,
        false
    ) as is_min_n_met,
    acquired_month

from paybacks
