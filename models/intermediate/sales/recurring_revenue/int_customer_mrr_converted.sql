-- Grain: one row per customer and month with recurring revenue at its end.
with

mrr_by_currency as (

    select * from {{ ref('int_customer_mrr_by_currency') }}

),

currency_rates as (

    select * from {{ ref('int_mrr_currencies_rated') }}

),

amounts_converted as (

    select
        mrr_by_currency.customer_key,
        mrr_by_currency.contract_type,
        mrr_by_currency.item_count,
        mrr_by_currency.subscription_count,
        -- Rounded one by one, so that the sum does not depend on the order of rows.
        cast(
            mrr_by_currency.mrr_amount * currency_rates.closing_fx_rate
            as decimal(18, 4)
        ) as mrr_amount,
        cast(
            mrr_by_currency.mrr_amount * currency_rates.opening_fx_rate
            as decimal(18, 4)
        ) as constant_mrr_amount,
        cast(
            mrr_by_currency.discount_amount * currency_rates.closing_fx_rate
            as decimal(18, 4)
        ) as discount_amount,
        cast(
            mrr_by_currency.pending_churn_amount * currency_rates.closing_fx_rate
            as decimal(18, 4)
        ) as pending_churn_amount,
        mrr_by_currency.is_first_extract_month,
        mrr_by_currency.is_from_before,
        mrr_by_currency.mrr_month,
        mrr_by_currency.started_date

    from mrr_by_currency

    inner join currency_rates
        on mrr_by_currency.currency_code = currency_rates.currency_code
        and mrr_by_currency.mrr_month = currency_rates.mrr_month

)

select
    customer_key,
    case
        when min(contract_type) = max(contract_type) then min(contract_type)
        else 'mixed'
    end as contract_type,
    cast(sum(mrr_amount) as decimal(18, 4)) as mrr_amount,
    cast(sum(constant_mrr_amount) as decimal(18, 4)) as constant_mrr_amount,
    cast(sum(discount_amount) as decimal(18, 4)) as discount_amount,
    cast(sum(pending_churn_amount) as decimal(18, 4)) as pending_churn_amount,
    sum(item_count) as item_count,
    sum(subscription_count) as subscription_count,
    max(is_first_extract_month) as is_first_extract_month,
    max(is_from_before) as is_from_before,
    mrr_month,
    min(started_date) as started_date

from amounts_converted

group by customer_key, mrr_month

having sum(mrr_amount) > 0
