{#- The months of a customer begin with revenue and end with a month of none, which is
    that of its churn, or with the last complete month. -#}
with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

months_with_neighbours as (

    select
        customer_key,
        mrr_amount,
        is_active,
        mrr_month,
        lag(mrr_month) over (
            partition by customer_key
            order by mrr_month
        ) as previous_month,
        lead(mrr_month) over (
            partition by customer_key
            order by mrr_month
        ) as next_month

    from customer_months

),

judged as (

    select
        case
            when is_active <> (mrr_amount > 0)
                then 'is_active contradicts the amount'
            when previous_month is null and not is_active
                then 'the first month has no revenue'
            when
                next_month is null
                and is_active
                and {{ months_later('mrr_month', 2) }} <= {{ as_of() }}
                then 'there is no month of the churn'
            when {{ months_later('mrr_month', 1) }} > {{ as_of() }}
                then 'the month is not complete'
        end as failure,
        customer_key,
        mrr_amount,
        is_active,
        mrr_month

    from months_with_neighbours

)

select
    failure,
    customer_key,
    mrr_amount,
    is_active,
    mrr_month

from judged

where failure is not null
