-- Money: rates of three currencies, what is spent on what, margins, targets and cash.

create table fx_rates as
with

months as (

    select
        month_no,
        month_start as rate_date

    from p_month

),

walked as (

    select
        currency_code,
        rate_date,
        -- a walk in steps of a thousandth, so that sums are exact
        start_rate + sum(
            cast(floor(u(currency_code || '|' || rate_date, 'rate') * 31) as integer)
            - 15
        ) over (
            partition by currency_code
            order by rate_date
            rows between unbounded preceding and current row
        ) as thousandths

    from months

    cross join (values ('USD', 920), ('GBP', 1160)) as quoted (currency_code, start_rate)

)

select
    rate_date,
    currency_code,
    cast(thousandths / 1000 as decimal(10, 4)) as rate

from walked

union all

select rate_date, 'EUR' as currency_code, cast(1 as decimal(10, 4)) as rate from months;

create macro fx_rates_at(t) as table
select
    *,
    cast(rate_date as timestamp) as changed_at

from fx_rates

where rate_date < t;

create table spend as
with

lines as (

    select *
    from (
        values
        ('sales', null, 30000, true, true),
        ('sales', 'outbound', 9000, false, true),
        ('marketing', 'paid', 14000, false, true),
        ('marketing', 'organic', 5000, false, true),
        ('marketing', 'partner', 3000, false, true),
        ('marketing', null, 12000, true, false),
        ('product', null, 95000, true, false),
        ('product', null, 16000, false, false),
        ('support', null, 22000, true, false),
        ('other', null, 18000, false, false)
    ) as budget (function_name, channel, base_amount, is_headcount, is_by_segment)

),

segments as (

    select
        segment,
        arrivals.month_no,
        sum(arrivals) as arrivals,
        sum(sum(arrivals)) over (partition by arrivals.month_no) as total_arrivals

    from p_arrival as arrivals

    inner join p_segment on arrivals.segment_no = p_segment.segment_no

    group by segment, arrivals.month_no

),

budgeted as (

    select
        month_start,
        p_month.month_no,
        function_name,
        channel,
        is_headcount,
        if(is_by_segment, segments.segment, null) as segment,
        base_amount
        * scale
        * if(is_by_segment, segments.arrivals / greatest(total_arrivals, 1), 1)
        * (1 + 0.01 * p_month.month_no)
        -- part of the product budget moves to sales, month by month
        * case function_name
            when 'product' then 1 - spend_shift * p_month.month_no / months
            when 'sales' then 1 + 2.5 * spend_shift * p_month.month_no / months
            else 1
        end as amount

    from lines

    cross join p_month
    cross join p_world
    left join segments
        on lines.is_by_segment and p_month.month_no = segments.month_no

),

booked as (

    select
        *,
        'SP-' || lpad(cast(row_number() over (
            order by month_start, function_name, channel nulls first, is_headcount,
            segment nulls first
        ) as varchar), 6, '0') as spend_id

    from budgeted

    where amount > 0

)

select
    spend_id,
    month_start as spend_month,
    function_name,
    channel,
    is_headcount,
    segment,
    cast(round(amount * (0.9 + 0.2 * u(spend_id, 'spend')), 2) as decimal(18, 2))
        as amount,
    -- the books of a month are closed on its last day; a few bookings change later
    last_day(month_start) + interval 23 hours as booked_at,
    if(u(spend_id, 'corrected') < 0.05 and month_start = as_of - interval 1 month,
        cast(as_of as timestamp) + interval 30 hours, null) as corrected_at

from booked

cross join p_world;

create macro spend_at(t) as table
select
    spend_id,
    spend_month,
    function_name,
    channel,
    segment,
    cast(if(corrected_at < t, amount + 100, amount) as decimal(18, 2)) as amount,
    is_headcount,
    if(corrected_at < t, corrected_at, booked_at) as changed_at

from spend

where booked_at < t;

create table margins as
select
    month_start as margin_month,
    segment,
    cast(0.76 + 0.01 * floor(u(segment || month_start, 'margin') * 5) as decimal(6, 4))
        as gross_margin_rate

from p_month

cross join p_segment;

-- A quarter is planned by the deals of the one before; the first one by a guess.
create table targets as
with

deals_before as (

    select
        p_month.month_no,
        segment_no,
        sum(arrivals) as arrivals

    from p_month

    inner join p_arrival
        on p_arrival.month_no between p_month.month_no - 3 and p_month.month_no - 1

    where kind = 'deal'

    group by p_month.month_no, segment_no

)

select
    month_start as period_start,
    cast(month_start + to_months(3) as date) as period_end,
    segment,
    cast(1000 * greatest(1, ceil(coalesce(0.5 * arrivals, 60 * scale)))
        as decimal(18, 2)) as target_amount

from p_month

cross join p_segment
cross join p_world
left join deals_before
    on p_month.month_no = deals_before.month_no
    and p_segment.segment_no = deals_before.segment_no

where month(month_start) in (1, 4, 7, 10);

create table cash as
with

burned as (

    select
        month_start as cash_month,
        cast(round((40000 + 1500 * month_no)
            * scale * (0.8 + 0.4 * u(cast(month_start as varchar), 'burn')), 2)
            as decimal(18, 2)) as net_burn

    from p_month

    cross join p_world

)

select
    cash_month,
    cast(6000000 * scale as decimal(18, 2)) - sum(net_burn) over (order by cash_month)
        as cash_balance,
    net_burn

from burned

cross join p_world;

create macro margins_at(t) as table
select *, last_day(margin_month) + interval 12 hours as changed_at
from margins
where last_day(margin_month) + interval 12 hours < t;

create macro targets_at(t) as table
select *, cast(period_start as timestamp) as changed_at
from targets
where period_start < t;

create macro cash_at(t) as table
select *, last_day(cash_month) + interval 12 hours as changed_at
from cash
where last_day(cash_month) + interval 12 hours < t;
