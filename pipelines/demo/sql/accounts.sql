-- Accounts: every company that signed up, tried or was sold to; ourselves; and tests.

create table accounts as
with

arrived as (

    select
        deal as entity,
        'deal' as kind,
        segment_no,
        is_discounted,
        created_date,
        if(is_won, closed_date, null) as first_paid_date

    from new_deals

    union all

    select
        'c' || left(arrivals.kind, 1) || arrivals.segment_no || '-'
        || arrivals.month_no || '-' || number as entity,
        arrivals.kind,
        arrivals.segment_no,
        arrivals.is_discounted,
        month_start + cast(floor(u(entity, 'day') * day_count) as integer)
            as created_date,
        if(
            arrivals.kind = 'signup',
            created_date + if(u(entity, 'trial') < 0.7, 14, 0),
            null
        ) as first_paid_date

    from p_arrival as arrivals, unnest(range(arrivals)) as numbers (number)
    inner join p_month on arrivals.month_no = p_month.month_no

    where arrivals.kind in ('signup', 'trial')

    union all

    select
        'x' || number as entity,
        if(number < 4, 'internal', 'test') as kind,
        1 as segment_no,
        false as is_discounted,
        history_start as created_date,
        null as first_paid_date

    from p_world, range(8) as numbers (number)

),

numbered as (

    select
        arrived.*,
        row_number() over (order by created_date, entity) as account_no

    from arrived

    inner join p_world on arrived.created_date < p_world.until_date

)

select
    numbered.account_no,
    'ACC-' || lpad(cast(account_no as varchar), 7, '0') as account_id,
    entity,
    kind,
    numbered.segment_no,
    is_discounted,
    at_time(created_date, u(entity, 'created time')) as created_at,
    first_paid_date,
    kind = 'deal' as is_sales_led,
    -- word of mouth grows where the segment says so; the rest comes as it comes
    if(
        u(entity, 'referred')
        < p_segment.referral
        + p_segment.referral_growth
        * date_diff('month', p_world.history_start, created_date),
        'referral',
        pick(words_channel(), u(entity, 'channel'))
    ) as channel,
    pick(words_place(), u(entity, 'place'))
    || ' '
    || pick(p_segment.trade, u(entity, 'trade')) as account_name,
    replace(lower(account_name), ' ', '-') || '-' || account_no
    || '.example.com' as domain,
    pick(words_country(), u(entity, 'country')) as country_code,
    case country_code when 'GB' then 'GBP' when 'US' then 'USD' else 'EUR' end
        as currency_code,
    2 + cast(floor(u(entity, 'size') * u(entity, 'more size') * 60) as integer)
        as employee_count,
    1 + cast(floor(u(entity, 'seats') * u(entity, 'more seats') * 12) as integer)
        as seats,
    1 + cast(floor(u(entity, 'tier') * u(entity, 'higher tier') * 3) as integer)
        as tier,
    false as is_giant,
    -- a tenth is counted anew once, a few change hands or are entered twice
    if(u(entity, 'recount') < 0.1,
        created_at + to_days(30 + cast(floor(u(entity, 'recount day') * 600)
            as integer)), null) as recounted_at,
    if(kind = 'trial' and u(entity, 'deleted') < 0.05,
        created_at + to_days(20 + cast(floor(u(entity, 'deleted day') * 300)
            as integer)), null) as deleted_at,
    if(u(entity, 'moved') < 0.02 and kind in ('deal', 'signup')
        and not p_world.is_lean,
        created_at + to_days(200 + cast(floor(u(entity, 'moved day') * 200)
            as integer)), null) as moved_at

from numbered

inner join p_segment on numbered.segment_no = p_segment.segment_no
cross join p_world;

-- Where one customer outweighs a whole segment, it is the first that was sold to.
update accounts
set
    seats = giants.giant_seats,
    is_giant = true,
    currency_code = 'EUR',
    moved_at = null
from (
    select
        min(accounts.account_no) as account_no,
        min(p_segment.giant_seats) as giant_seats

    from accounts

    inner join p_segment on accounts.segment_no = p_segment.segment_no

    where p_segment.giant_seats > 0 and first_paid_date is not null and is_sales_led

    group by accounts.segment_no
) as giants
where accounts.account_no = giants.account_no;

-- A trial that turns out to be a company we know is merged into it.
create table merges as
with

candidates as (

    select
        account_id,
        entity,
        kind,
        created_at,
        deleted_at,
        last_value(if(kind in ('deal', 'signup'), account_id, null) ignore nulls) over (
            partition by segment_no
            order by account_no
            rows between unbounded preceding and 1 preceding
        ) as known_account_id

    from accounts

)

select
    account_id as from_account_id,
    known_account_id as merged_into,
    created_at + to_days(25) as merged_at

from candidates

where
    kind = 'trial'
    and deleted_at is null
    and known_account_id is not null
    and u(entity, 'merged') < 0.04;
