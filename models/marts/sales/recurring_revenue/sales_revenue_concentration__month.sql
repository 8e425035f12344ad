-- Grain: one row per segment and month.
with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

paying_customers as (

    select
        segment_id,
        -- One digit more than amounts have, so that their squares are wide decimals.
        cast(mrr_amount as decimal(19, 4)) as mrr_amount,
        mrr_month

    from customer_months

    where mrr_amount > 0

),

sums as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        count(*) as customer_count,
        sum(mrr_amount) as total_amount,
        max(mrr_amount) as largest_amount,
        {{ sum_of_largest('mrr_amount', 5) }} as top_5_amount,
        {{ sum_of_largest('mrr_amount', 10) }} as top_10_amount,
        sum(mrr_amount * mrr_amount) as sum_of_squares,
        mrr_month

    from paying_customers

    group by mrr_month, cube(segment_id)

)

select
    segment_id,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(total_amount as decimal(18, 4)) as mrr_amount,
    cast(largest_amount as decimal(18, 4)) as largest_customer_amount,
    customer_count,
    {{ safe_divide('largest_amount', 'total_amount') }} as largest_customer_rate,
    {{ safe_divide('top_5_amount', 'total_amount') }} as top_5_customers_rate,
    {{ safe_divide('top_10_amount', 'total_amount') }} as top_10_customers_rate,
    {{ safe_divide('sum_of_squares', 'total_amount * total_amount') }}
        as herfindahl_index,
    {{ months_later('mrr_month', 1) }} <= {{ as_of() }} as is_complete,
    mrr_month

from sums
