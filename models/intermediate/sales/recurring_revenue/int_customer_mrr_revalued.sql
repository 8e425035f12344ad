-- Grain: one row per customer and month in which it paid.
with

customer_mrr as (

    select * from {{ ref('int_customer_mrr_by_currency') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_at_month_ends') }}

),

mrr_with_first_month as (

    select
        customer_key,
        currency_code,
        mrr_amount,
        mrr_month,
        min(mrr_month) over (partition by customer_key) as first_month

    from customer_mrr

),

mrr_at_earlier_rates as (

    -- Without a rate then, nothing was there to be compared with, and the rate of the
    -- month itself does no harm.
    select
        mrr_with_first_month.customer_key,
        cast(
            mrr_with_first_month.mrr_amount
            * coalesce(rates_3_before.fx_rate, rates.fx_rate) as decimal(18, 4)
        ) as amount_at_rates_3_before,
        cast(
            mrr_with_first_month.mrr_amount
            * coalesce(rates_12_before.fx_rate, rates.fx_rate) as decimal(18, 4)
        ) as amount_at_rates_12_before,
        cast(
            mrr_with_first_month.mrr_amount
            * coalesce(first_rates.fx_rate, rates.fx_rate) as decimal(18, 4)
        ) as amount_at_first_rates,
        mrr_with_first_month.mrr_month,
        mrr_with_first_month.first_month

    from mrr_with_first_month

    inner join fx_rates as rates
        on mrr_with_first_month.currency_code = rates.currency_code
        and mrr_with_first_month.mrr_month = rates.mrr_month

    left join fx_rates as rates_3_before
        on mrr_with_first_month.currency_code = rates_3_before.currency_code
        and mrr_with_first_month.mrr_month = rates_3_before.mrr_month_3_later

    left join fx_rates as rates_12_before
        on mrr_with_first_month.currency_code = rates_12_before.currency_code
        and mrr_with_first_month.mrr_month = rates_12_before.mrr_month_12_later

    left join fx_rates as first_rates
        on mrr_with_first_month.currency_code = first_rates.currency_code
        and mrr_with_first_month.first_month = first_rates.mrr_month

)

select
    customer_key,
    cast(sum(amount_at_rates_3_before) as decimal(18, 4)) as amount_at_rates_3_before,
    cast(sum(amount_at_rates_12_before) as decimal(18, 4))
        as amount_at_rates_12_before,
    cast(sum(amount_at_first_rates) as decimal(18, 4)) as amount_at_first_rates,
    mrr_month,
    first_month

from mrr_at_earlier_rates

group by
    customer_key,
    mrr_month,
    first_month
