-- Grain: one row per currency and month with recurring revenue in any currency.
with

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

customer_mrr as (

    select * from {{ ref('int_customer_mrr_by_currency') }}

),

currencies as (

    select currency_code

    from customer_mrr

    group by currency_code

),

months as (

    select
        mrr_month,
        {{ months_later('mrr_month', 1) }} as next_month

    from customer_mrr

    group by mrr_month

)

select
    currencies.currency_code,
    fx_rates.fx_rate,
    months.mrr_month,
    {{ months_later('months.mrr_month', 3) }} as mrr_month_3_later,
    {{ months_later('months.mrr_month', 12) }} as mrr_month_12_later

from currencies

-- every month, for what a customer pays now may be compared with another currency then
cross join months

-- the rate of the last day of the month
inner join fx_rates
    on currencies.currency_code = fx_rates.currency_code
    and months.next_month > fx_rates.valid_from_date
    and months.next_month <= fx_rates.valid_to_date
