-- Grain: one row per segment and criterion: sales_yield, payback, concentration.
with

segments as (

    select * from {{ ref('dim_segments') }}

),

rep_yields as (

    select * from {{ ref('sales_rep_yield__segment') }}

),

paybacks as (

    select * from {{ ref('sales_payback__month') }}

),

runways as (

    select * from {{ ref('sales_runway__month') }}

),

concentrations as (

    select * from {{ ref('sales_revenue_concentration__month') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

limits as (

    select
        max(value) filter (where threshold_id = 'rep_yield_to_cost') as yield_to_cost,
        max(value) filter (where threshold_id = 'rep_least_count') as rep_count,
        max(value) filter (where threshold_id = 'rep_least_wins') as rep_wins,
        max(value) filter (where threshold_id = 'payback_runway_share')
            as runway_share,
        max(value) filter (where threshold_id = 'payback_months_without_runway')
            as payback_months,
        max(value) filter (where threshold_id = 'largest_customer_share')
            as largest_share,
        max(value) filter (where threshold_id = 'minimum_sample_verdict')
            as sample_size

    from thresholds

),

last_runway as (

    select *

    from runways

    where cash_month = {{ months_later(month_of(as_of()), -1) }}

),

yields as (

    select
        segments.segment_id,
        rep_yields.rep_count,
        rep_yields.proven_rep_count,
        rep_yields.numerator,
        rep_yields.denominator,
        rep_yields.estimate,
        rep_yields.ci_low,
        rep_yields.ci_high,
        rep_yields.n_effective,
        limits.yield_to_cost as threshold_value,
        limits.rep_count as least_rep_count,
        limits.rep_wins as least_rep_wins,
        rep_yields.segment_id is not null as is_known,
        {{ interval_verdict(
            'rep_yields.ci_low',
            'rep_yields.ci_high',
            'limits.yield_to_cost',
            'rep_yields.is_min_n_met'
        ) }} as interval_verdict

    from segments

    cross join limits

    left join rep_yields
        on segments.segment_id = rep_yields.segment_id

),

payback_bounds as (

    select
        segments.segment_id,
        paybacks.payback_status,
        paybacks.acquired_month,
        paybacks.adjusted_months,
        paybacks.adjusted_months_low,
        paybacks.adjusted_months_high,
        paybacks.horizon_months,
        paybacks.customer_count,
        paybacks.is_min_n_met,
        limits.sample_size,
        last_runway.cash_month,
        last_runway.runway_months,
        coalesce(
            last_runway.runway_months * limits.runway_share, limits.payback_months
        ) as threshold_value

    from segments

    cross join limits

    left join last_runway
        on last_runway.cash_month is not null

    left join paybacks
        on segments.segment_id = paybacks.segment_id
        and paybacks.acquired_month = {{ months_later(month_of(as_of()), -1) }}

),

largest_customers as (

    select
        segments.segment_id,
        concentrations.mrr_month,
        concentrations.mrr_amount,
        concentrations.largest_customer_amount,
        concentrations.largest_customer_rate,
        limits.largest_share as threshold_value

    from segments

    cross join limits

    left join concentrations
        on segments.segment_id = concentrations.segment_id
        and concentrations.mrr_month = {{ months_later(month_of(as_of()), -1) }}

)

select
    segment_id,
    'sales_yield' as criterion,
    4 as criterion_number,
    case
        when interval_verdict = 'insufficient' then 'undetermined'
        else interval_verdict
    end as verdict,
    case
        when not is_known then 'no ramped representatives are known'
        when estimate is null
            then 'the cost of a representative or the margin of a deal is not known'
        when interval_verdict = 'insufficient'
            then
                cast(proven_rep_count as varchar)
                || ' of '
                || cast(rep_count as varchar)
                || ' representatives have won '
                || cast(cast(least_rep_wins as bigint) as varchar)
                || ' deals or more in a year'
        else
            'representatives won '
            || cast(cast(estimate as decimal(18, 2)) as varchar)
            || ' times their cost in margin'
            || coalesce(
                ' ('
                || cast(cast(ci_low as decimal(18, 2)) as varchar)
                || ' to '
                || cast(cast(ci_high as decimal(18, 2)) as varchar)
                || ')',
                ', without a spread to judge it by'
            )
    end as reason,
    case
        when interval_verdict = 'insufficient' then 'representatives'
    end as needed_unit,
    case when is_known then {{ evidence_item(
        "margin won by representatives over their cost",
        "sales.sales_rep_yield__segment",
        [("segment_id", "segment_id")],
        "estimate",
        "ci_low",
        "ci_high",
        "numerator",
        "denominator",
        "n_effective",
    ) }} end as evidence_of_value,
    cast(null as varchar) as evidence_of_limit,
    'rep_yield_to_cost' as threshold_id,
    cast(
        case
            when interval_verdict = 'insufficient'
                then greatest(least_rep_count - coalesce(proven_rep_count, 0), 0)
        end as bigint
    ) as needed_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    threshold_value

from yields

union all

select
    segment_id,
    'payback' as criterion,
    5 as criterion_number,
    case
        when payback_status = 'never' then 'below'
        when not coalesce(is_min_n_met, false) then 'undetermined'
        when adjusted_months_high <= threshold_value then 'above'
        when adjusted_months_low > threshold_value then 'below'
        -- Not within the horizon, not even at the lower bound, and the horizon is long
        -- enough to tell.
        when
            payback_status = 'never_within_horizon'
            and adjusted_months_low is null
            and horizon_months >= threshold_value
            then 'below'
        else 'undetermined'
    end as verdict,
    case
        when payback_status is null then 'no cost of new customers is known'
        when
            payback_status in ('too_few_customers', 'no_margin', 'never', 'no_survival')
            then 'there is no payback: ' || replace(payback_status, '_', ' ')
        else
            'a customer has paid back its cost after '
            || coalesce(cast(adjusted_months as varchar), 'more than the known')
            || ' months (at most '
            || coalesce(cast(adjusted_months_high as varchar), 'unknown')
            || '), and should within '
            || cast(cast(threshold_value as decimal(18, 1)) as varchar)
            || case when is_min_n_met then '' else '; too few new customers' end
    end as reason,
    case
        when customer_count < sample_size then 'customers'
    end as needed_unit,
    case when payback_status is not null then {{ evidence_item(
        "months until a customer has paid back its cost",
        "sales.sales_payback__month",
        [("segment_id", "segment_id"), ("acquired_month", "acquired_month")],
        "adjusted_months",
        "adjusted_months_low",
        "adjusted_months_high",
        n="customer_count",
        column="adjusted_months",
    ) }} end as evidence_of_value,
    case when runway_months is not null then {{ evidence_item(
        "months until the cash is spent",
        "sales.sales_runway__month",
        [("cash_month", "cash_month")],
        "runway_months",
        column="runway_months",
    ) }} end as evidence_of_limit,
    case
        when runway_months is not null then 'payback_runway_share'
        else 'payback_months_without_runway'
    end as threshold_id,
    cast(
        case
            when customer_count < sample_size then sample_size - customer_count
        end as bigint
    ) as needed_count,
    cast(null as double) as numerator,
    cast(null as double) as denominator,
    cast(adjusted_months as double) as estimate,
    cast(adjusted_months_low as double) as ci_low,
    cast(adjusted_months_high as double) as ci_high,
    threshold_value

from payback_bounds

union all

select
    segment_id,
    'concentration' as criterion,
    6 as criterion_number,
    case
        when largest_customer_rate is null then 'undetermined'
        when largest_customer_rate < threshold_value then 'above'
        else 'below'
    end as verdict,
    coalesce(
        'the largest customer pays '
        || {{ percent_text('largest_customer_rate') }}
        || ' of the recurring revenue, and should pay less than '
        || {{ percent_text('threshold_value') }},
        'no recurring revenue is known'
    ) as reason,
    cast(null as varchar) as needed_unit,
    case when mrr_month is not null then {{ evidence_item(
        "share of the largest customer",
        "sales.sales_revenue_concentration__month",
        [("segment_id", "segment_id"), ("mrr_month", "mrr_month")],
        "largest_customer_rate",
        column="largest_customer_rate",
    ) }} end as evidence_of_value,
    cast(null as varchar) as evidence_of_limit,
    'largest_customer_share' as threshold_id,
    cast(null as bigint) as needed_count,
    cast(largest_customer_amount as double) as numerator,
    cast(mrr_amount as double) as denominator,
    largest_customer_rate as estimate,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    threshold_value

from largest_customers
