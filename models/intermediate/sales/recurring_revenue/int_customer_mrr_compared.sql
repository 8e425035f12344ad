-- Grain: one row per customer and month at whose end it paid.
{{ config(materialized='view') }}

with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

revalued as (

    select * from {{ ref('int_customer_mrr_revalued') }}

),

amounts as (

    select
        customer_months.customer_key,
        customer_months.segment_id,
        customer_months.mrr_amount,
        customer_months.constant_mrr_amount,
        revalued.amount_at_rates_3_before,
        revalued.amount_at_rates_12_before,
        customer_months.mrr_month

    from customer_months

    left join revalued
        on customer_months.customer_key = revalued.customer_key
        and customer_months.mrr_month = revalued.mrr_month

),

amounts_later as (

    -- The months of a customer have no gaps until it pays no more, so that the row
    -- k later is k months later, and without such a row nothing is paid.
    select
        customer_key,
        mrr_amount as base_amount,
        coalesce(lead(constant_mrr_amount, 1) over history, 0) as amount_1_later,
        coalesce(lead(amount_at_rates_3_before, 3) over history, 0) as amount_3_later,
        coalesce(lead(amount_at_rates_12_before, 12) over history, 0)
            as amount_12_later,
        -- as it was when the month had ended, that is at the start of the next
        lead(segment_id) over history as segment_id,
        mrr_month as base_month

    from amounts

    window history as (
        partition by customer_key
        order by mrr_month
    )

)

select
    customer_key,
    segment_id,
    base_amount,
    amount_1_later,
    amount_3_later,
    amount_12_later,
    base_month

from amounts_later

where base_amount > 0
