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

-- The segment that the CRM knows an account to be in on a day.
create macro segments_on(day) as table
select
    accounts.account_id,
    p_segment.segment

from accounts

inner join p_segment
    on p_segment.segment_no = if(
        coalesce(cast(moved_at as date) <= day, false),
        accounts.segment_no % (select count(*) from p_segment) + 1,
        accounts.segment_no
    );

-- How many of those who pay when a month begins will not at its end, on average: who
-- leaves, who lets a year run out, and who pauses.
create macro churn_truth(t) as table
with

paying as (

    select
        account_id,
        cast(month_start + to_months(1) as date) as month_start

    from customer_mrr_at(t)

    where mrr_amount > 0 and month_start + to_months(1) < t

),

leaving as (

    select
        paying.account_id,
        paying.month_start,
        date_diff('month', billed_spells.start_date, paying.month_start) as age,
        if(billed_spells.is_discounted, p_segment.discounted_churn, p_segment.churn)
            as churned_by,
        case
            when billed_spells.is_giant then 0
            when billed_spells.is_annual
                then if(age % 12 = 0, p_segment.renewal_lapse, 0)
            else
                (churned_by[age] - coalesce(churned_by[age - 1], 0))
                / (1 - coalesce(churned_by[age - 1], 0))
        end as hazard,
        if(billed_spells.is_annual or has_addon, 0, p_world.pause_hazard)
            as pause_hazard

    from paying

    inner join billed_spells
        on paying.account_id = billed_spells.account_id
        and billed_spells.start_date < paying.month_start
        and coalesce(billed_spells.ended_date >= paying.month_start, true)

    inner join customers on billed_spells.account_no = customers.account_no
    inner join p_segment on customers.segment_no = p_segment.segment_no
    cross join p_world

)

select
    leaving.month_start,
    p_segment.segment,
    count(*) as customers,
    cast(sum(cast(hazard + (1 - hazard) * pause_hazard as decimal(18, 12))) as double)
    / count(*) as churn_rate

from leaving

inner join accounts on leaving.account_id = accounts.account_id
inner join p_segment
    on p_segment.segment_no = if(
        coalesce(cast(moved_at as date) <= leaving.month_start, false),
        accounts.segment_no % (select count(*) from p_segment) + 1,
        accounts.segment_no
    )

group by leaving.month_start, p_segment.segment;

-- The largest customer of each segment when the last month ends, in the currency that
-- is reported.
create macro largest_customers(t) as table
with

converted as (

    select
        mrr.account_id,
        mrr.month_start,
        sum(cast(mrr_amount * rate as decimal(18, 4))) as mrr_amount

    from customer_mrr_at(t) as mrr

    inner join fx_rates
        on mrr.currency_code = fx_rates.currency_code
        and mrr.month_start = fx_rates.rate_date

    where mrr.month_start + to_months(1) = t

    group by mrr.account_id, mrr.month_start

)

select
    month_start,
    segment,
    cast(max(mrr_amount) as double) / cast(sum(mrr_amount) as double) as largest_rate

from converted

inner join segments_on(t - to_months(1)) as segments
    on converted.account_id = segments.account_id

group by month_start, segment;
