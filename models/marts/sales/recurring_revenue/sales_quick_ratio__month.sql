-- Grain: one row per segment and month, over the three months that end with it.
with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

movements as (

    select * from {{ ref('fct_mrr_movements') }}

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

months_into_windows as (

    -- a month is the last, the middle and the first of a window
    select listed.months_later

    from (values (0), (1), (2)) as listed (months_later)

),

movements_in_windows as (

    select
        movements.segment_id,
        movements.customer_key,
        case when movements.amount > 0 then movements.amount else 0 end
            as gained_amount,
        case when movements.amount < 0 then -movements.amount else 0 end
            as lost_amount,
        {{ months_later('movements.mrr_month', 'months_into_windows.months_later') }}
            as mrr_month

    from movements

    cross join months_into_windows

    where
        movements.movement in (
            'new', 'returned', 'reactivation', 'expansion', 'contraction', 'churn'
        )

    union all

    -- a segment with revenue has a row, though nothing may have moved
    select
        segment_id,
        null as customer_key,
        0 as gained_amount,
        0 as lost_amount,
        mrr_month

    from segment_months

),

full_windows as (

    -- The movements of the first month are unknown: a window begins after it.
    select
        mrr_month,
        {{ months_later('mrr_month', -2) }} as window_start_month

    from segment_months

    group by
        mrr_month,
        first_month

    having {{ months_later('mrr_month', -2) }} > first_month

),

customers as (

    select
        case
            when grouping(movements_in_windows.segment_id) = 1
                then 'all'
            else movements_in_windows.segment_id
        end as segment_id,
        movements_in_windows.customer_key,
        -- One digit more than amounts have, so that their products are wide decimals.
        cast(sum(movements_in_windows.gained_amount) as decimal(19, 4))
            as gained_amount,
        cast(sum(movements_in_windows.lost_amount) as decimal(19, 4)) as lost_amount,
        full_windows.mrr_month,
        full_windows.window_start_month

    from movements_in_windows

    inner join full_windows
        on movements_in_windows.mrr_month = full_windows.mrr_month

    group by
        movements_in_windows.customer_key,
        full_windows.mrr_month,
        full_windows.window_start_month,
        cube(movements_in_windows.segment_id)

),

sums as (

    select
        segment_id,
        count(customer_key) as customer_count,
        count(*) filter (where gained_amount > 0) as gaining_customer_count,
        count(*) filter (where lost_amount > 0) as losing_customer_count,
        sum(gained_amount) as sum_gained,
        sum(lost_amount) as sum_lost,
        sum(gained_amount * gained_amount) as sum_gained_gained,
        sum(gained_amount * lost_amount) as sum_gained_lost,
        sum(lost_amount * lost_amount) as sum_lost_lost,
        mrr_month,
        window_start_month

    from customers

    group by
        segment_id,
        mrr_month,
        window_start_month

),

rates as (

    select
        segment_id,
        gaining_customer_count,
        losing_customer_count,
        mrr_month,
        window_start_month,
        {{ fieller_interval(
            'sum_gained',
            'sum_lost',
            'sum_gained_gained',
            'sum_gained_lost',
            'sum_lost_lost',
            'customer_count'
        ) }}

    from sums

)

select
    segment_id,
    '{{ var("reporting_currency") }}' as currency_code,
    gaining_customer_count,
    losing_customer_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met,
    {{ months_later('mrr_month', 1) }} <= {{ as_of() }} as is_complete,
    mrr_month,
    window_start_month

from rates
