{#- The largest customer is one of the five largest, these of the ten largest; and the
    squared shares lie between what equal customers and what one alone would give. -#}
with

concentration as (

    select * from {{ ref('sales_revenue_concentration__month') }}

),

judged as (

    select
        case
            when
                largest_customer_rate is null
                or top_5_customers_rate is null
                or top_10_customers_rate is null
                or herfindahl_index is null
                then 'a share is missing'
            when largest_customer_rate > top_5_customers_rate + 1e-12
                then 'the largest has more than the five largest'
            when top_5_customers_rate > top_10_customers_rate + 1e-12
                then 'the five largest have more than the ten largest'
            when top_10_customers_rate > 1 + 1e-12
                then 'the ten largest have more than all'
            when customer_count <= 10 and top_10_customers_rate < 1 - 1e-12
                then 'ten of ten or fewer are not all'
            when herfindahl_index < 1.0 / customer_count - 1e-12
                then 'the index is below that of equal customers'
            when herfindahl_index > largest_customer_rate + 1e-12
                then 'the index is above the share of the largest'
        end as failure,
        segment_id,
        customer_count,
        largest_customer_rate,
        top_5_customers_rate,
        top_10_customers_rate,
        herfindahl_index,
        mrr_month

    from concentration

)

select
    failure,
    segment_id,
    customer_count,
    largest_customer_rate,
    top_5_customers_rate,
    top_10_customers_rate,
    herfindahl_index,
    mrr_month

from judged

where failure is not null
