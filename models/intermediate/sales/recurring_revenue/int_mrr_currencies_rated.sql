-- Grain: one row per currency and month with recurring revenue in it.
with

mrr_by_currency as (

    select * from {{ ref('int_customer_mrr_by_currency') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

currency_months as (

    select
        currency_code,
        count(*) as customer_count,
        mrr_month,
        -- The last day before a month begins, and its own last day.
        cast({{ dbt.dateadd('day', -1, 'mrr_month') }} as date) as opening_date,
        cast(
            {{ dbt.dateadd('day', -1, months_later('mrr_month', 1)) }} as date
        ) as closing_date

    from mrr_by_currency

    group by currency_code, mrr_month

)

select
    currency_months.currency_code,
    currency_months.customer_count,
    -- No rate at the start is no harm where nothing was there to be converted.
    coalesce(opening_rates.fx_rate, closing_rates.fx_rate) as opening_fx_rate,
    closing_rates.fx_rate as closing_fx_rate,
    currency_months.mrr_month

from currency_months

left join fx_rates as opening_rates
    on currency_months.currency_code = opening_rates.currency_code
    and currency_months.opening_date >= opening_rates.valid_from_date
    and currency_months.opening_date < opening_rates.valid_to_date

left join fx_rates as closing_rates
    on currency_months.currency_code = closing_rates.currency_code
    and currency_months.closing_date >= closing_rates.valid_from_date
    and currency_months.closing_date < closing_rates.valid_to_date
