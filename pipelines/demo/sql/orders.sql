-- Orders of the add-on shop: chains of purchase days with declared gaps, their lines,
-- and orders that were cancelled whole (which must not count) beside them.

create table shop_customers as
select
    customers.entity,
    customers.account_id,
    customers.account_no,
    cast(null as varchar) as guest_id,
    customers.currency_code,
    p_segment.repeat_rate,
    customers.first_paid_date
    + cast(floor(u(customers.entity, 'first order') * 60) as integer) as first_date

from customers

inner join p_segment on customers.segment_no = p_segment.segment_no
cross join p_world

where u(customers.entity, 'shops') < if(is_lean, 0.95, 0.75)

union all

-- guests: nobody knows which company they belong to
select
    accounts.entity,
    null as account_id,
    accounts.account_no,
    'G-' || accounts.account_no as guest_id,
    accounts.currency_code,
    guest_repeat as repeat_rate,
    cast(accounts.created_at as date) as first_date

from accounts

cross join p_world

where kind = 'trial' and u(entity, 'shops') < 0.5;

create table shop_orders as
with

steps as (

    select
        shop_customers.*,
        number,
        u(entity, 'again ' || number) as again_draw,
        pick(gap_days(), u(entity, 'gap ' || number)) as gap_days

    from shop_customers

    cross join p_world
    cross join unnest(range(1, if(is_lean, 4, 41))) as numbers (number)

),

continued as (

    select
        *,
        -- true once the customer did not come back
        bool_or(again_draw >= if(number = 1, repeat_rate, 0.96)) over later as has_left,
        first_date + cast(sum(gap_days) over later as integer) as order_date

    from steps

    window later as (
        partition by entity
        order by number
        rows between unbounded preceding and current row
    )

),

placed as (

    select
        *,
        0 as order_no,
        first_date as order_date

    from shop_customers

    union all

    select
        * exclude (number, again_draw, gap_days, has_left, order_date),
        number as order_no,
        order_date

    from continued

    where not has_left

)

select
    placed.* exclude (first_date, repeat_rate),
    'SO-' || account_no || '-' || order_no as order_id,
    entity || '|' || order_no as purchase,
    at_time(order_date, u(entity, 'order time ' || order_no)) as ordered_at,
    if(is_lean, 1, 1 + cast(floor(u(entity, 'lines ' || order_no) * 6.4) as integer))
        as line_count,
    not is_lean and u(entity, 'shipped ' || order_no) < 0.6 as is_shipped

from placed

cross join p_world

where order_date < until_date;

create table order_lines as
with

priced as (

    select
        shop_orders.*,
        line_number,
        1 + cast(floor(u(purchase, 'product ' || line_number) * 8) as integer)
            as product_no,
        1 + cast(floor(u(purchase, 'units ' || line_number) * 4) as integer)
            as quantity

    from shop_orders

    cross join unnest(range(1, line_count + 1)) as numbers (line_number)

),

sales as (

    select
        order_id,
        cast(line_number as integer) as line_number,
        account_id,
        guest_id,
        ordered_at,
        words_shop_product()[product_no] as product,
        quantity,
        -- eight products on three price lists
        cast(
            [79.00, 6.50, 12.00, 25.00, 39.00, 119.00, 49.00, 18.00][product_no]
            + case currency_code when 'USD' then 4 when 'GBP' then -1 else 0 end
            as decimal(18, 2)
        ) as unit_amount,
        cast(quantity * unit_amount as decimal(18, 2)) as line_amount,
        currency_code,
        'sale' as line_type,
        cast(null as varchar) as related_order_id,
        if(u(purchase, 'phone') < 0.1, 'phone', 'web') as channel,
        if(u(purchase, 'coupon') < 0.08, 'WELCOME5', null) as coupon,
        purchase

    from priced

),

shipping as (

    select
        order_id,
        line_count + 1 as line_number,
        account_id,
        guest_id,
        ordered_at,
        'Shipping' as product,
        1 as quantity,
        cast(4.90 as decimal(18, 2)) as unit_amount,
        cast(4.90 as decimal(18, 2)) as line_amount,
        currency_code,
        'shipping' as line_type,
        null as related_order_id,
        'web' as channel,
        null as coupon,
        purchase

    from shop_orders

    where is_shipped

),

refunds as (

    select
        'RF-' || order_id as order_id,
        1 as line_number,
        account_id,
        guest_id,
        ordered_at + to_days(5 + cast(floor(u(purchase, 'refund day') * 20) as integer))
            as ordered_at,
        product,
        1 as quantity,
        cast(-unit_amount / 5 as decimal(18, 2)) as unit_amount,
        cast(-unit_amount / 5 as decimal(18, 2)) as line_amount,
        currency_code,
        'refund' as line_type,
        order_id as related_order_id,
        channel,
        null as coupon,
        purchase

    from sales

    cross join p_world

    where line_number = 1 and u(purchase, 'refunded') < 0.03 and not is_lean

),

withdrawn as (

    -- an order of its own, cancelled after two days: it never happened
    select
        'SX-' || order_id as order_id,
        1 as line_number,
        account_id,
        guest_id,
        ordered_at + to_days(1 + cast(floor(u(purchase, 'withdrawn day') * 40)
            as integer)) as ordered_at,
        product,
        quantity,
        unit_amount,
        line_amount,
        currency_code,
        'sale' as line_type,
        null as related_order_id,
        channel,
        null as coupon,
        purchase

    from sales

    where line_number = 1 and u(purchase, 'withdrawn') < 0.03

),

cancellations as (

    select
        'CX-' || substr(order_id, 4) as order_id,
        line_number,
        account_id,
        guest_id,
        ordered_at + to_days(2) as ordered_at,
        product,
        quantity,
        -unit_amount as unit_amount,
        -line_amount as line_amount,
        currency_code,
        'cancellation' as line_type,
        order_id as related_order_id,
        channel,
        null as coupon,
        purchase

    from withdrawn

),

everything as (

    select * from sales
    union all by name
    select * from shipping
    union all by name
    select * from refunds
    union all by name
    select * from withdrawn
    union all by name
    select * from cancellations

)

select everything.* exclude (purchase)

from everything

cross join p_world

where ordered_at < until_date;

create macro order_lines_at(t) as table
select
    *,
    ordered_at as changed_at

from order_lines

where ordered_at < t;

-- Days on which a customer ordered, with what is left after money went back: a return
-- belongs to the day of its order.
create macro purchase_days_at(t) as table
select
    coalesce(order_lines.account_id, order_lines.guest_id) as buyer,
    order_lines.currency_code,
    cast(coalesce(sold.ordered_at, order_lines.ordered_at) as date) as order_date,
    sum(order_lines.line_amount) as net_amount

from order_lines

left join order_lines as sold
    on order_lines.related_order_id = sold.order_id
    and sold.line_number = 1

where order_lines.ordered_at < t

group by all;
