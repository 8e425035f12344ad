-- Grain: one row per month.
with

cash as (

    select * from {{ ref('stg_finance__cash') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

converted_cash as (

    -- A balance at the rate of its day, the last of the month; a movement at that of
    -- the first.
    select
        {{ month_of('cash.cash_month') }} as cash_month,
        cast(cash.cash_balance_amount * closing_rates.fx_rate as decimal(18, 4))
            as cash_balance_amount,
        cast(cash.net_burn_amount * opening_rates.fx_rate as decimal(18, 4))
            as net_burn_amount

    from cash

    left join fx_rates as closing_rates
        on cash.currency_code = closing_rates.currency_code
        and {{ months_later(month_of('cash.cash_month'), 1) }}
        > closing_rates.valid_from_date
        and {{ months_later(month_of('cash.cash_month'), 1) }}
        <= closing_rates.valid_to_date

    left join fx_rates as opening_rates
        on cash.currency_code = opening_rates.currency_code
        and {{ month_of('cash.cash_month') }} >= opening_rates.valid_from_date
        and {{ month_of('cash.cash_month') }} < opening_rates.valid_to_date

    where {{ months_later(month_of('cash.cash_month'), 1) }} <= {{ as_of() }}

),

months as (

    select
        cash_month,
        -- What is missing of one currency is missing of the sum.
        case when count(*) = count(cash_balance_amount) then sum(cash_balance_amount)
        end as cash_balance_amount,
        case when count(*) = count(net_burn_amount) then sum(net_burn_amount) end
            as net_burn_amount

    from converted_cash

    group by cash_month

),

trailing_months as (

    select
        cash_month,
        cash_balance_amount,
        net_burn_amount,
        count(net_burn_amount) over last_three as month_count,
        sum(net_burn_amount) over last_three as trailing_burn_amount

    from months

    window last_three as (
        order by cash_month
        range between interval 2 month preceding and current row
    )

),

burns as (

    select
        cash_month,
        cash_balance_amount,
        net_burn_amount,
        case
            when month_count = 3 then cast(trailing_burn_amount as double) / 3
        end as mean_net_burn_amount

    from trailing_months

)

select
    '{{ var("reporting_currency") }}' as currency_code,
    cast(cash_balance_amount as decimal(18, 4)) as cash_balance_amount,
    cast(net_burn_amount as decimal(18, 4)) as net_burn_amount,
    mean_net_burn_amount,
    -- Who burns nothing has no runway that ends.
    case
        when mean_net_burn_amount > 0
            then {{ safe_divide('cash_balance_amount', 'mean_net_burn_amount') }}
    end as runway_months,
    cash_month

from burns
