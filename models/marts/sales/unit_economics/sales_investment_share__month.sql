-- Grain: one row per month.
with

spend as (

    select * from {{ ref('int_spend_converted') }}

),

monthly_spend as (

    select
        spend_month,
        sum(case when is_sales_and_marketing then spend_amount_reporting else 0 end)
            as sales_and_marketing_amount,
        sum(case when spend_function = 'product' then spend_amount_reporting else 0 end)
            as product_amount

    from spend

    where {{ months_later('spend_month', 1) }} <= {{ as_of() }}

    group by spend_month

),

trailing_spend as (

    select
        spend_month,
        count(*) over last_three as month_count,
        sum(sales_and_marketing_amount) over last_three as sales_and_marketing_amount,
        sum(product_amount) over last_three as product_amount

    from monthly_spend

    window last_three as (
        order by spend_month
        range between interval 2 month preceding and current row
    )

)

select
    '{{ var("reporting_currency") }}' as currency_code,
    cast(sales_and_marketing_amount as decimal(18, 4)) as sales_and_marketing_amount,
    cast(product_amount as decimal(18, 4)) as product_amount,
    {{ safe_divide(
        'sales_and_marketing_amount', 'sales_and_marketing_amount + product_amount'
    ) }} as sales_share_rate,
    spend_month

from trailing_spend

-- Missing books are not read as no spend.
where month_count = 3
