-- Monthly recurring revenue as known at an instant, straight from the states of the
-- items: what counts at a month end, and what moved since the one before.

create macro customer_mrr_at(t) as table
with

month_ends as (

    select
        month_start,
        cast(month_start + to_months(1) as timestamp) as ends_at

    from p_month

    where month_start + to_months(1) <= t

),

counted as (

    select
        month_start,
        account_id,
        currency_code,
        if(corrected_at < t, quantity + 2, quantity) * unit_amount
        / if(is_annual, 12, 1)
        * (100 - case
            -- a discount counts while it lasts a full month more
            when discount_duration = 'repeating'
                and discount_end_at < ends_at + to_months(1) then 0
            else coalesce(discount_percent, 0)
        end) / 100 as amount

    from month_ends

    inner join item_versions
        on item_versions.valid_from < ends_at
        and coalesce(item_versions.valid_to >= ends_at, true)

    where status in ('active', 'past_due')

)

select
    month_start,
    account_id,
    currency_code,
    cast(sum(cast(amount as decimal(18, 4))) as decimal(18, 4)) as mrr_amount

from counted

group by month_start, account_id, currency_code;

create macro mrr_movements_at(t) as table
with

known as (

    select * from customer_mrr_at(t)

),

months as (

    select
        month_start,
        cast(month_start + to_months(1) as date) as next_month

    from p_month

    where month_start + to_months(1) <= t

),

pairs as (

    -- this month and the one before, for whoever has revenue in either
    select
        coalesce(now.month_start, months.next_month) as month_start,
        coalesce(now.account_id, before.account_id) as account_id,
        coalesce(now.currency_code, before.currency_code) as currency_code,
        coalesce(before.mrr_amount, 0) as before_amount,
        coalesce(now.mrr_amount, 0) as now_amount

    from known as before

    inner join months on before.month_start = months.month_start

    full join known as now
        on now.month_start = months.next_month
        and now.account_id = before.account_id

),

ranked as (

    select
        *,
        min(month_start) filter (where now_amount > 0) over (
            partition by account_id
        ) as first_month

    from pairs

    where month_start in (select month_start from months)

)

select
    month_start,
    currency_code,
    case
        when before_amount = 0 and month_start = first_month then 'new'
        when before_amount = 0 then 'reactivation'
        when now_amount = 0 then 'churn'
        when now_amount > before_amount then 'expansion'
        when now_amount < before_amount then 'contraction'
        else 'none'
    end as movement,
    count(*) as customers,
    cast(sum(abs(now_amount - before_amount)) as decimal(18, 4)) as amount,
    cast(sum(now_amount) as decimal(18, 4)) as closing_amount

from ranked

group by all;
