-- Grain: one row per segment, month, horizon and measure.
with

compared as (

    select * from {{ ref('int_customer_mrr_compared') }}

),

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

horizons as (

    select listed.horizon_months

    from (values (1), (3), (12)) as listed (horizon_months)

),

amounts_at_horizons as (

    select
        compared.segment_id,
        horizons.horizon_months,
        compared.base_amount,
        case horizons.horizon_months
            when 1 then compared.amount_1_later
            when 3 then compared.amount_3_later
            when 12 then compared.amount_12_later
        end as later_amount,
        {{ months_later('compared.base_month', 'horizons.horizon_months') }}
            as mrr_month

    from compared

    cross join horizons

),

segment_months as (

    select
        segment_id,
        mrr_month,
        min(mrr_month) over () as first_month

    from customer_months

    where mrr_amount > 0

    group by
        segment_id,
        mrr_month

),

segments_at_horizons as (

    -- A segment with revenue has a row, though it may have had none to retain.
    select
        segment_months.segment_id,
        horizons.horizon_months,
        segment_months.mrr_month

    from segment_months

    cross join horizons

    where
        {{ months_later('segment_months.mrr_month', '-horizons.horizon_months') }}
        >= segment_months.first_month

),

amounts as (

    -- One digit more than amounts have, so that their products are wide decimals.
    select
        segment_id,
        horizon_months,
        cast(base_amount as decimal(19, 4)) as base_amount,
        cast(later_amount as decimal(19, 4)) as later_amount,
        cast(least(base_amount, later_amount) as decimal(19, 4)) as kept_amount,
        mrr_month

    from amounts_at_horizons

    -- what has not ended yet has no later amount
    where {{ months_later('mrr_month', 1) }} <= {{ as_of() }}

    union all

    select
        segment_id,
        horizon_months,
        null as base_amount,
        null as later_amount,
        null as kept_amount,
        mrr_month

    from segments_at_horizons

),

sums as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        horizon_months,
        count(base_amount) as customer_count,
        max(base_amount) as largest_amount,
        coalesce(sum(base_amount), 0) as sum_base,
        coalesce(sum(later_amount), 0) as sum_later,
        coalesce(sum(kept_amount), 0) as sum_kept,
        coalesce(sum(base_amount * base_amount), 0) as sum_base_base,
        coalesce(sum(later_amount * later_amount), 0) as sum_later_later,
        coalesce(sum(later_amount * base_amount), 0) as sum_later_base,
        mrr_month

    from amounts

    group by horizon_months, mrr_month, cube(segment_id)

),

net_rates as (

    select
        segment_id,
        horizon_months,
        mrr_month,
        'nrr' as measure,
        customer_count,
        {{ safe_divide('largest_amount', 'sum_base') }} as largest_customer_rate,
        {{ ratio_interval(
            'sum_later',
            'sum_base',
            'sum_later_later',
            'sum_later_base',
            'sum_base_base',
            'customer_count'
        ) }}

    from sums

),

gross_rates as (

    select
        segment_id,
        horizon_months,
        mrr_month,
        'grr' as measure,
        customer_count,
        {{ safe_divide('largest_amount', 'sum_base') }} as largest_customer_rate,
        {{ ratio_share_interval(
            'sum_kept', 'sum_base', 'sum_base_base', 'customer_count'
        ) }}

    from sums

),

rates as (

    select * from net_rates
    union all
    select * from gross_rates

)

select
    segment_id,
    measure,
    '{{ var("reporting_currency") }}' as currency_code,
    horizon_months,
    customer_count,
    largest_customer_rate,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met,
    {{ months_later('mrr_month', 1) }} <= {{ as_of() }} as is_complete,
    {{ months_later('mrr_month', '-horizon_months') }} as base_month,
    mrr_month

from rates
