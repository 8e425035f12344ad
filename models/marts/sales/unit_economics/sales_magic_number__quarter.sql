-- Grain: one row per segment and complete quarter.
with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

spend as (

    select * from {{ ref('int_spend_allocated') }}

),

cash as (

    select * from {{ ref('stg_finance__cash') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

monthly_revenue as (

    select
        segment_id,
        sum(mrr_amount) as mrr_amount,
        mrr_month,
        cast({{ dbt.date_trunc('quarter', 'mrr_month') }} as date)
            as quarter_start_date

    from customer_months

    group by segment_id, mrr_month

),

quarterly_revenue as (

    -- The revenue of a quarter is what its three months recur with.
    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        sum(mrr_amount) as revenue_amount,
        sum(
            case
                when mrr_month = {{ months_later('quarter_start_date', 2) }}
                    then mrr_amount
                else 0
            end
        ) as closing_mrr_amount,
        quarter_start_date

    from monthly_revenue

    group by quarter_start_date, cube(segment_id)

),

quarterly_spend as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        sum(spend_amount) as spend_amount,
        cast({{ dbt.date_trunc('quarter', 'spend_month') }} as date)
            as quarter_start_date

    from spend

    group by quarter_start_date, cube(segment_id)

),

quarterly_burn as (

    select
        cast({{ dbt.date_trunc('quarter', 'cash.cash_month') }} as date)
            as quarter_start_date,
        sum(
            cast(cash.net_burn_amount * fx_rates.fx_rate as decimal(18, 4))
        ) as net_burn_amount

    from cash

    inner join fx_rates
        on cash.currency_code = fx_rates.currency_code
        and cash.cash_month >= fx_rates.valid_from_date
        and cash.cash_month < fx_rates.valid_to_date

    where cash.net_burn_amount is not null

    group by quarter_start_date

    -- A quarter of which a month is missing is not known.
    having count(distinct {{ month_of('cash.cash_month') }}) = 3

),

revenue_history as (

    select min(mrr_month) as first_month from monthly_revenue

),

spend_history as (

    select
        min(spend_month) as first_month,
        max(spend_month) as last_month

    from spend

),

quarter_months as (

    select {{ each_month(
        'first_month', months_later(month_of(as_of()), -3)
    ) }} as month_start_date

    from revenue_history

),

quarters as (

    -- A quarter that begins before revenue is known, or ends after it, is not complete.
    select month_start_date as quarter_start_date

    from quarter_months

    where
        month_start_date
        = cast({{ dbt.date_trunc('quarter', 'month_start_date') }} as date)

),

segments as (

    -- `union`: a segment is one, whether it has revenue, spend or both.
    select segment_id from quarterly_revenue
    union
    select segment_id from quarterly_spend

),

quarters_of_segments as (

    select
        segments.segment_id,
        coalesce(quarterly_revenue.revenue_amount, 0) as revenue_amount,
        coalesce(quarterly_revenue.closing_mrr_amount, 0) as closing_mrr_amount,
        -- No booking is no spend, but only as far as there are books.
        case
            when
                quarters.quarter_start_date >= spend_history.first_month
                and {{ months_later('quarters.quarter_start_date', 2) }}
                <= spend_history.last_month
                then coalesce(quarterly_spend.spend_amount, 0)
        end as spend_amount,
        case when segments.segment_id = 'all' then quarterly_burn.net_burn_amount end
            as net_burn_amount,
        quarters.quarter_start_date

    from quarters

    cross join segments

    cross join spend_history

    left join quarterly_revenue
        on segments.segment_id = quarterly_revenue.segment_id
        and quarters.quarter_start_date = quarterly_revenue.quarter_start_date

    left join quarterly_spend
        on segments.segment_id = quarterly_spend.segment_id
        and quarters.quarter_start_date = quarterly_spend.quarter_start_date

    left join quarterly_burn
        on quarters.quarter_start_date = quarterly_burn.quarter_start_date

),

quarters_compared as (

    select
        *,
        revenue_amount - lag(revenue_amount) over segment_quarters
            as revenue_change_amount,
        12 * (closing_mrr_amount - lag(closing_mrr_amount) over segment_quarters)
            as net_new_arr_amount,
        lag(spend_amount) over segment_quarters as previous_spend_amount

    from quarters_of_segments

    window segment_quarters as (
        partition by segment_id
        order by quarter_start_date
    )

),

quarters_pooled as (

    select
        *,
        sum(revenue_change_amount) over last_four_quarters
            as pooled_revenue_change_amount,
        sum(previous_spend_amount) over last_four_quarters
            as pooled_previous_spend_amount,
        least(
            count(revenue_change_amount) over last_four_quarters,
            count(previous_spend_amount) over last_four_quarters
        ) as pooled_quarter_count

    from quarters_compared

    window last_four_quarters as (
        partition by segment_id
        order by quarter_start_date
        rows between 3 preceding and current row
    )

)

select
    segment_id,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(revenue_amount as decimal(18, 4)) as revenue_amount,
    cast(revenue_change_amount as decimal(18, 4)) as revenue_change_amount,
    cast(previous_spend_amount as decimal(18, 4)) as previous_spend_amount,
    {{ safe_divide('4 * revenue_change_amount', 'previous_spend_amount') }}
        as magic_number,
    case
        when pooled_quarter_count = 4
            then {{ safe_divide(
                '4 * pooled_revenue_change_amount', 'pooled_previous_spend_amount'
            ) }}
    end as pooled_magic_number,
    cast(net_new_arr_amount as decimal(18, 4)) as net_new_arr_amount,
    cast(net_burn_amount as decimal(18, 4)) as net_burn_amount,
    -- Burn over an ARR that shrinks is a number without a meaning.
    case
        when net_new_arr_amount > 0
            then {{ safe_divide('net_burn_amount', 'net_new_arr_amount') }}
    end as burn_multiple,
    quarter_start_date,
    {{ months_later('quarter_start_date', 3) }} as quarter_end_date

from quarters_pooled

where revenue_change_amount is not null
