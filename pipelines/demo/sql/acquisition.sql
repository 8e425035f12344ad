-- Where customers come from: leads, first touches, word of mouth, invitations; and the
-- small tables of the CRM beside them.

create table leads as
select
    'LEAD-' || substr(opportunity_id, 5) as lead_id,
    account_id,
    lead_created_at as created_at,
    lead_source as channel,
    opportunity_id,
    opportunities.created_at as converted_at

from opportunities

where opportunity_type = 'new'

union all

select
    'LEAD-T' || account_no as lead_id,
    null as account_id,
    created_at,
    channel,
    null as opportunity_id,
    null as converted_at

from accounts

where kind = 'trial';

create table touchpoints as
with

touched as (

    select
        accounts.*,
        rewarded_share,
        step,
        entity || '|' || step as touch

    from accounts

    cross join p_world
    cross join unnest(range(1, 3)) as steps (step)

    where
        kind in ('deal', 'signup', 'trial')
        and (step = 1 or u(entity, 'second touch') < 0.35)

)

select
    'TP-' || account_no || '-' || step as touchpoint_id,
    account_id,
    created_at - to_hours(if(step = 1, 2 + cast(floor(u(touch, 'before') * 600)
        as integer), 1)) as touched_at,
    if(step = 1, channel, pick(words_channel(), u(touch, 'channel'))) as channel,
    u(touch, 'says so') < 0.2 as is_self_reported,
    if(step = 1 and channel = 'referral' and account_no > 1,
        'ACC-' || lpad(cast(1 + floor(u(touch, 'referrer') * (account_no - 1))
            as bigint)::varchar, 7, '0'),
        null) as referrer_account_id,
    step = 1 and channel = 'referral' and u(touch, 'rewarded') < rewarded_share as is_rewarded

from touched;

create table invites as
select
    'IV-' || touchpoint_id as invite_id,
    referrer_account_id as inviting_account_id,
    touched_at as invited_at,
    account_id as converted_account_id,
    touched_at + interval 1 hour as converted_at

from touchpoints

where referrer_account_id is not null

union all

select
    'IV-' || account_no || '-' || number as invite_id,
    account_id as inviting_account_id,
    cast(first_paid_date as timestamp)
    + to_hours(24 * number + cast(floor(u(entity, 'invites ' || number) * 9000)
        as integer)) as invited_at,
    null as converted_account_id,
    null as converted_at

from customers

cross join unnest(range(1, 3)) as numbers (number)

where u(entity, 'invites anyone ' || number) < 0.25;

create table owners as
with

numbered as (

    select
        'REP-' || segment_no || '-' || number as owner_id,
        number,
        segment

    from p_segment

    cross join unnest(range(1, 5)) as numbers (number)

)

select
    owner_id,
    segment,
    cast(history_start - to_days(90) as date)
    + cast(floor(u(owner_id, 'hired') * 30 * number) as integer)
        as hired_date,
    hired_date + 90 as ramped_date,
    if(number = 4 and u(owner_id, 'left') < 0.5, as_of - 60, null) as left_date,
    cast(4200 + 300 * floor(u(owner_id, 'cost') * 10) as decimal(18, 2))
        as loaded_cost_month

from numbered

cross join p_world;

create macro leads_at(t) as table
select
    * replace (
        if(converted_at < t, opportunity_id, null) as opportunity_id,
        if(converted_at < t, converted_at, null) as converted_at
    ),
    if(converted_at < t, converted_at, created_at) as changed_at

from leads

where created_at < t;

create macro touchpoints_at(t) as table
select *, touched_at as changed_at from touchpoints where touched_at < t;

create macro invites_at(t) as table
select
    * replace (
        if(converted_at < t, converted_account_id, null) as converted_account_id,
        if(converted_at < t, converted_at, null) as converted_at
    ),
    if(converted_at < t, converted_at, invited_at) as changed_at

from invites

where invited_at < t;

create macro account_merges_at(t) as table
select *, merged_at as changed_at from merges where merged_at < t;

create macro opportunity_changes_at(t) as table
select
    opportunity_id,
    'expected_close_date' as field,
    postponed_at as recorded_at,
    cast(created_date + 60 as varchar) as old_value,
    cast(created_date + 120 as varchar) as new_value,
    postponed_at as changed_at

from opportunities

where postponed_at < t;

create macro owners_at(t) as table
select *, cast(hired_date as timestamp) as changed_at from owners where hired_date < t;

create macro campaigns_at(t) as table
select *, cast(first_date as timestamp) as changed_at from p_campaign where first_date < t;

create macro products_at(t) as table
select
    *,
    timestamp '2020-01-01' as changed_at

from (
    values
    ('Practice Suite', 'software', cast(30 as decimal(18, 2))),
    ('Text messages', 'add-on', cast(12 as decimal(18, 2)))
) as sold (product, product_family, list_price)

where changed_at < t;
