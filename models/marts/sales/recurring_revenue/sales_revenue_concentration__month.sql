-- Grain: one row per segment and month.
with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

ranked_customers as (

    select
        segment_id,
        -- One digit more than amounts have, so that their squares are wide decimals.
        cast(mrr_amount as decimal(19, 4)) as mrr_amount,
        row_number() over (
            partition by mrr_month, segment_id
            order by mrr_amount desc, customer_key asc
        ) as rank_in_segment,
        row_number() over (
            partition by mrr_month
            order by mrr_amount desc, customer_key asc
        ) as rank_in_total,
        mrr_month

    from customer_months

    where mrr_amount > 0

),

segment_sums as (

    select
        segment_id,
        count(*) as customer_count,
        sum(mrr_amount) as mrr_amount,
        max(mrr_amount) as largest_amount,
        sum(mrr_amount) filter (where rank_in_segment <= 5) as top_5_amount,
        sum(mrr_amount) filter (where rank_in_segment <= 10) as top_10_amount,
        sum(mrr_amount * mrr_amount) as sum_of_squares,
        mrr_month

    from ranked_customers

    group by
        segment_id,
        mrr_month

),

total_sums as (

    select
        'all' as segment_id,
        count(*) as customer_count,
        sum(mrr_amount) as mrr_amount,
        max(mrr_amount) as largest_amount,
        sum(mrr_amount) filter (where rank_in_total <= 5) as top_5_amount,
        sum(mrr_amount) filter (where rank_in_total <= 10) as top_10_amount,
        sum(mrr_amount * mrr_amount) as sum_of_squares,
        mrr_month

    from ranked_customers

    group by mrr_month

),

sums as (

    select * from segment_sums
    union all
    select * from total_sums

)

select
    segment_id,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(mrr_amount as decimal(18, 4)) as mrr_amount,
    cast(largest_amount as decimal(18, 4)) as largest_customer_amount,
    customer_count,
    {{ safe_divide('largest_amount', 'mrr_amount') }} as largest_customer_rate,
    {{ safe_divide('top_5_amount', 'mrr_amount') }} as top_5_customers_rate,
    {{ safe_divide('top_10_amount', 'mrr_amount') }} as top_10_customers_rate,
    {{ safe_divide('sum_of_squares', 'mrr_amount * mrr_amount') }}
        as herfindahl_index,
    {{ months_later('mrr_month', 1) }} <= {{ as_of() }} as is_complete,
    mrr_month

from sums
