-- Grain: one row per segment, month and measure.
with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

movements as (

    select * from {{ ref('fct_mrr_movements') }}

),

active_customers as (

    select
        segment_id,
        mrr_amount,
        mrr_month

    from customer_months

    where mrr_amount > 0

),

amounts as (

    -- One digit more than amounts have, so that their squares are wide decimals.
    select
        segment_id,
        'arpa' as measure,
        cast(mrr_amount as decimal(19, 4)) as customer_amount,
        mrr_month

    from active_customers

    union all

    select
        segment_id,
        'asp' as measure,
        cast(amount as decimal(19, 4)) as customer_amount,
        mrr_month

    from movements

    where movement in ('new', 'returned')

    union all

    -- a segment with revenue has a row, though nobody may be new
    select
        segment_id,
        'asp' as measure,
        null as customer_amount,
        mrr_month

    from active_customers

    group by
        segment_id,
        mrr_month

),

sums as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        measure,
        count(customer_amount) as customer_count,
        coalesce(sum(customer_amount), 0) as sum_amount,
        coalesce(sum(customer_amount * customer_amount), 0) as sum_amount_amount,
        median(cast(customer_amount as double)) as median_amount,
        mrr_month

    from amounts

    group by measure, mrr_month, cube(segment_id)

),

rates as (

    -- A mean is the ratio of a sum to one per customer.
    select
        segment_id,
        measure,
        median_amount,
        customer_count,
        mrr_month,
        {{ ratio_interval(
            'sum_amount',
            'customer_count',
            'sum_amount_amount',
            'sum_amount',
            'customer_count',
            'customer_count'
        ) }}

    from sums

)

select
    segment_id,
    measure,
    '{{ var("reporting_currency") }}' as currency_code,
    case when not {{ is_suppressed('customer_count') }} then median_amount end
        as median_amount,
    numerator,
    denominator,
    estimate,
    -- The upper bound is nowhere cut off, so that the error can be read from it.
    (ci_high - estimate) / {{ t_quantile_975('customer_count - 1') }}
        as standard_error,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met,
    {{ months_later('mrr_month', 1) }} <= {{ as_of() }} as is_complete,
    mrr_month

from rates
