-- Subscriptions: spells of paying, what happens in them, and the versions that billing
-- keeps of every item. An item has one state from `valid_from` to its next version.

create table spells as
with

returned as (

    select
        customers.*,
        churn,
        u(entity, 'leaves again') as leaving_draw,
        cast(ended_date + 30 + cast(floor(u(entity, 'returns') * 120) as integer)
            as date) as returned_date

    from customers

    inner join p_segment on customers.segment_no = p_segment.segment_no

    where ended_date is not null and u(entity, 'comes back') < 0.06

),

returned_with_end as (

    select
        *,
        if(
            leaving_draw < churn[len(churn)],
            1 + len(list_filter(churn, lambda x: x <= leaving_draw)),
            null
        ) as second_age

    from returned

)

select
    account_no,
    entity as spell,
    1 as spell_no,
    is_annual,
    is_discounted,
    first_paid_date as start_date,
    ended_date

from customers

union all

select
    account_no,
    entity || '|2' as spell,
    2 as spell_no,
    false as is_annual,
    false as is_discounted,
    returned_date as start_date,
    cast(returned_date + to_months(cast(second_age as integer)) as date) as ended_date

from returned_with_end

cross join p_world

where returned_date < until_date and not is_lean;

create table billed_spells as
select
    spells.*,
    accounts.account_id,
    accounts.entity,
    accounts.kind,
    accounts.currency_code,
    accounts.seats,
    accounts.tier,
    accounts.is_sales_led,
    accounts.is_giant,
    p_segment.expansion,
    to_seconds(28800 + cast(floor(u(spell, 'hour') * 36000) as integer)) as hour,
    u(spell, 'addon') < addon_share and not is_lean as has_addon,
    is_sales_led and not spells.is_discounted and u(spell, 'negotiated') < 0.15
        as is_negotiated,
    not is_annual and day(ended_date) <= 8 and u(spell, 'involuntary') < 0.4
        as is_involuntary

from spells

inner join accounts on spells.account_no = accounts.account_no
inner join p_segment on accounts.segment_no = p_segment.segment_no
cross join p_world;

create table ages as
select
    billed_spells.*,
    age,
    spell || '|' || age as moment,
    cast(start_date + to_months(cast(age as integer)) as date) as period_date,
    period_date + hour as period_at,
    u(moment, 'event') as draw

from billed_spells

cross join unnest(range(0, 49)) as numbers (age)
cross join p_world

where start_date + to_months(cast(age as integer)) < least(
    coalesce(ended_date, until_date), until_date
);

create table happenings as
with

bounded as (

    select
        ages.*,
        case
            when age = 0 then 'start'
            when draw < expansion then 'more seats'
            when draw < expansion * 1.25 then 'fewer seats'
            when draw < expansion * 1.25 + 0.008 then 'upgrade'
            when draw < expansion * 1.25 + 0.008 + pause_hazard
                and not is_annual and not has_addon
                then 'pause'
            when draw >= 0.975 and not is_lean then 'past due'
            -- a card is renewed, an address changes: a version that changes no money
            when draw >= 0.76 and not is_lean then 'touched'
        end as happening

    from ages

    cross join p_world

),

happened as (

    select
        *,
        case
            when happening in ('start', 'pause', 'past due') then period_at
            else period_at + to_days(1 + cast(floor(u(moment, 'day') * 26) as integer))
        end as happened_at

    from bounded

    where happening is not null

)

select
    spell,
    happened_at,
    happening,
    case happening
        when 'more seats' then 1 + cast(floor(u(moment, 'seats') * 3) as integer)
        when 'fewer seats' then -1
        else 0
    end as more_seats,
    if(happening = 'upgrade', 1, 0) as more_tier,
    if(happening = 'pause', period_at + to_months(2), null) as paused_until,
    if(happening = 'past due',
        period_at + to_days(6 + cast(floor(u(moment, 'dunning') * 12) as integer)),
        null) as due_until,
    if(happening = 'pause', period_at, null) as paused_from,
    cast(null as timestamp) as cancel_requested_at

from happened

-- what happens on the last day of a term is not billed any more
where happened_at < coalesce(
    (select cast(ended_date as timestamp) from spells where spells.spell = happened.spell),
    timestamp '9999-12-31'
);

insert into happenings
with

ends as (

    select
        happenings.spell,
        happenings.paused_until,
        happenings.due_until,
        billed_spells.ended_date,
        billed_spells.hour

    from happenings

    inner join billed_spells on happenings.spell = billed_spells.spell

)

select spell, paused_until, 'resume', 0, 0, null, null, null, null
from ends
where paused_until < coalesce(ended_date + hour, timestamp '9999-12-31')
union all
select spell, due_until, 'recovered', 0, 0, null, null, null, null
from ends
where due_until < coalesce(ended_date + hour, timestamp '9999-12-31')
union all
select
    spell, start_date + to_months(3) + hour, 'full price', 0, 0, null, null, null, null
from billed_spells
where is_discounted and coalesce(ended_date > start_date + to_months(3), true)
union all
select spell, start_date + hour - to_days(14), 'trial', 0, 0, null, null, null, null
from billed_spells
cross join p_world
where kind = 'signup' and spell_no = 1 and u(entity, 'trial') < 0.7 and not is_lean
union all
select
    spell,
    requested_at,
    'cancel requested',
    0, 0, null, null, null,
    requested_at
from (
    select
        spell,
        greatest(
            start_date + hour + interval 1 day,
            ended_date + hour
            - to_days(3 + cast(floor(u(spell, 'notice') * 22) as integer))
        ) as requested_at
    from billed_spells
    cross join p_world
    where ended_date is not null and not is_involuntary and not is_lean
) as requests
union all
select spell, ended_date + hour, 'unpaid', 0, 0, null, null, null, null
from billed_spells
where is_involuntary
union all
select
    spell,
    ended_date + hour + if(is_involuntary, interval 14 days, interval 0 days),
    'end',
    0, 0, null, null, null, null
from billed_spells
where ended_date is not null;

create table item_versions as
with

accumulated as (

    select
        happenings.spell,
        happening,
        happened_at,
        sum(more_seats) over so_far as seats_added,
        sum(more_tier) over so_far as tiers_added,
        max(paused_until) over so_far as paused_until,
        max(paused_from) over so_far as paused_from,
        max(due_until) over so_far as due_until,
        max(cancel_requested_at) over so_far as cancel_requested_at

    from happenings

    window so_far as (
        partition by spell
        order by happened_at, if(happening = 'end', 1, 0), happening
        rows between unbounded preceding and current row
    )

    -- two things at one instant are one version: the last, which knows both
    qualify row_number() over (
        partition by spell, happened_at
        order by if(happening = 'end', 1, 0) desc, happening desc
    ) = 1

),

base_items as (

    select
        billed_spells.* exclude (seats, tier, expansion, hour),
        happening,
        happened_at as valid_from,
        'SUB-' || account_no || '-' || spell_no as subscription_id,
        subscription_id || '-base' as subscription_item_id,
        'Practice Suite' as product,
        start_date + hour as started_at,
        if(happening = 'end', ended_date + hour, null) as ended_at,
        case
            when happening = 'end' then 'canceled'
            when happening = 'trial' then 'trialing'
            when happening = 'unpaid' then 'past_due'
            when paused_until > happened_at then 'paused'
            when due_until > happened_at then 'past_due'
            else 'active'
        end as status,
        greatest(1, cast(seats + seats_added as integer)) as quantity,
        least(3, cast(tier + tiers_added as integer)) as tier_no,
        unit_price(tier_no, year(start_date), is_annual) as unit_amount,
        if(paused_until > happened_at, paused_from, null) as paused_from,
        if(paused_until > happened_at, accumulated.paused_until, null) as paused_until,
        accumulated.cancel_requested_at,
        if(happening = 'trial' or (happening = 'start' and kind = 'signup'
            and spell_no = 1 and u(entity, 'trial') < 0.7),
            start_date + hour, null) as trial_end_at,
        case when is_discounted then 50 when is_negotiated then 10 end
            as discount_percent,
        case when is_discounted then 'repeating' when is_negotiated then 'forever' end
            as discount_duration,
        if(is_discounted, start_date + to_months(3) + hour, null) as discount_end_at

    from accumulated

    inner join billed_spells on accumulated.spell = billed_spells.spell

),

addon_starts as (

    select
        billed_spells.*,
        cast(start_date + to_months(cast(floor(u(spell, 'addon age') * 4) as integer))
            as date) as addon_date

    from billed_spells

    where has_addon

),

addon_items as (

    select
        addon_starts.* exclude (seats, tier, expansion, hour, addon_date),
        if(step = 1, 'start', 'end') as happening,
        if(step = 1, addon_date, ended_date) + hour as valid_from,
        'SUB-' || account_no || '-' || spell_no as subscription_id,
        subscription_id || '-texts' as subscription_item_id,
        'Text messages' as product,
        addon_date + hour as started_at,
        if(step = 2, ended_date + hour, null) as ended_at,
        if(step = 1, 'active', 'canceled') as status,
        1 as quantity,
        1 as tier_no,
        cast(if(is_annual, 120, 12) as decimal(18, 2)) as unit_amount

    from addon_starts

    cross join unnest(range(1, 3)) as steps (step)

    where
        coalesce(addon_date < ended_date, true)
        and (step = 1 or ended_date is not null)

),

trial_items as (

    select
        account_no,
        account_id,
        entity,
        kind,
        currency_code,
        false as is_annual,
        if(step = 1, 'trial', 'end') as happening,
        created_at + if(step = 1, interval 0 days, interval 14 days) as valid_from,
        'SUB-' || account_no || '-1' as subscription_id,
        subscription_id || '-base' as subscription_item_id,
        'Practice Suite' as product,
        created_at as started_at,
        if(step = 2, created_at + interval 14 days, null) as ended_at,
        if(step = 1, 'trialing', 'canceled') as status,
        1 as quantity,
        1 as tier_no,
        unit_price(1, year(created_at), false) as unit_amount,
        created_at + interval 14 days as trial_end_at

    from accounts

    cross join unnest(range(1, 3)) as steps (step)

    where kind = 'trial'

),

everything as (

    select * from base_items
    union all by name
    select * from addon_items
    union all by name
    select * from trial_items

)

select
    everything.*,
    lead(valid_from) over (
        partition by subscription_item_id order by valid_from
    ) as valid_to,
    -- in the new year a few quantities turn out to have been noted wrongly
    if(
        product = 'Practice Suite' and status = 'active' and valid_from < as_of
        and valid_from >= as_of - interval 60 days
        and u(subscription_item_id, 'noted wrongly') < 0.02,
        cast(as_of as timestamp) + interval 34 hours,
        null
    ) as corrected_at

from everything

cross join p_world

where valid_from < until_date;

create macro subscriptions_at(t) as table
select
    subscription_item_id,
    subscription_id,
    account_id,
    ['Starter', 'Team', 'Chain'][tier_no] as plan,
    product,
    status,
    if(corrected_at < t, quantity + 2, quantity) as quantity,
    unit_amount,
    currency_code,
    if(is_annual, 'year', 'month') as billing_interval,
    started_at,
    trial_end_at,
    paused_from,
    paused_until,
    cancel_requested_at,
    ended_at,
    if(happening = 'end' and kind <> 'trial' and not coalesce(is_involuntary, false)
        and u(subscription_id, 'why') < 0.9,
        pick(words_cancel_reason(), u(subscription_id, 'reason')),
        if(happening = 'end' and is_involuntary, 'payment_failure', null))
        as cancel_reason,
    discount_percent,
    discount_duration,
    discount_end_at,
    valid_from,
    valid_to,
    if(corrected_at < t, corrected_at, valid_from) as changed_at

from item_versions

where valid_from < t;
