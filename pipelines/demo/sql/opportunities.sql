-- Opportunities of all kinds and their stage histories, with what a CRM does to them:
-- stages skipped or clicked through, deals lost and reopened, deals deleted.

create table opportunities as
with

new_business as (

    select
        deal,
        'new' as opportunity_type,
        account_no,
        new_deals.created_date,
        closed_date,
        furthest_no,
        1 as first_stage_no,
        is_won,
        entered_after,
        cast(12 * seats * unit_price(tier, year(new_deals.created_date), false)
            as decimal(18, 2)) as amount,
        cast(new_deals.created_date
            - cast(floor(u(deal, 'lead') * 21) as integer) as date) as lead_date

    from new_deals

    inner join accounts on new_deals.deal = accounts.entity

),

added_seats as (

    select
        'e' || happenings.spell || '|' || happened_at as deal,
        'expansion' as opportunity_type,
        account_no,
        greatest(
            start_date,
            cast(happened_at as date)
            - 8 - cast(floor(u(deal, 'created') * 30) as integer)
        ) as created_date,
        cast(happened_at as date) as closed_date,
        true as is_won,
        cast(12 * more_seats * unit_price(tier, year(start_date), false)
            as decimal(18, 2)) as amount

    from happenings

    inner join billed_spells on happenings.spell = billed_spells.spell

    where happening = 'more seats'

),

refused_seats as (

    select
        'f' || moment as deal,
        'expansion' as opportunity_type,
        account_no,
        period_date as created_date,
        period_date + 10 + cast(floor(u(deal, 'days lost') * 80) as integer)
            as closed_date,
        false as is_won,
        cast(12 * 2 * unit_price(tier, year(start_date), false) as decimal(18, 2))
            as amount

    from ages

    where age > 0 and u(moment, 'refused') < 0.05

),

renewals as (

    select
        'r' || moment as deal,
        'renewal' as opportunity_type,
        account_no,
        period_date - 45 as created_date,
        period_date as closed_date,
        true as is_won,
        cast(seats * unit_price(tier, year(start_date), true) as decimal(18, 2))
            as amount

    from ages

    where is_annual and age > 0 and age % 12 = 0

    union all

    select
        'l' || spell as deal,
        'renewal' as opportunity_type,
        account_no,
        ended_date - 45 as created_date,
        ended_date as closed_date,
        false as is_won,
        cast(seats * unit_price(tier, year(start_date), true) as decimal(18, 2))
            as amount

    from billed_spells

    where is_annual and ended_date is not null

),

follow_on as (

    select * from added_seats
    union all
    select * from refused_seats
    union all
    select * from renewals

),

everything as (

    select * from new_business

    union all by name

    select
        follow_on.*,
        if(is_won, 6, 5) as furthest_no,
        5 as first_stage_no,
        [0, 0, 0, 0, 0, cast(closed_date - created_date as integer)] as entered_after,
        created_date as lead_date

    from follow_on

    cross join p_world

    where closed_date > created_date and created_date < until_date and not is_lean

)

select
    deal,
    'OPP-' || lpad(cast(row_number() over (
        order by everything.created_date, deal
    ) as varchar), 7, '0') as opportunity_id,
    accounts.account_id,
    opportunity_type,
    accounts.segment_no,
    everything.created_date,
    if(opportunity_type = 'new', accounts.created_at,
        at_time(everything.created_date, u(deal, 'created time'))) as created_at,
    at_time(lead_date, 0) - interval 1 hour as lead_created_at,
    accounts.channel as lead_source,
    everything.is_won,
    closed_date,
    furthest_no,
    first_stage_no,
    entered_after,
    accounts.currency_code,
    amount,
    'REP-' || accounts.segment_no || '-'
    || cast(1 + floor(u(deal, 'owner') * 4) as integer) as owner_id,
    if(everything.is_won, null, pick(words_lost_reason(), u(deal, 'lost reason')))
        as lost_reason,
    opportunity_type = 'new' and u(deal, 'skip') < 0.06 and furthest_no >= 4
        as is_demo_skipped,
    opportunity_type = 'new' and u(deal, 'click') < 0.03 and furthest_no >= 3
        as is_clicked_through,
    opportunity_type = 'new' and everything.is_won and u(deal, 'reopen') < 0.06
    and entered_after[6] - entered_after[5] > 2 as is_reopened,
    if(u(deal, 'deleted') < 0.004,
        at_time(everything.created_date, 0.5) + to_days(
            10 + cast(floor(u(deal, 'deleted day') * 400) as integer)), null)
        as deleted_at,
    if(u(deal, 'postponed') < 0.25,
        at_time(everything.created_date, 0.7) + to_days(
            5 + cast(floor(u(deal, 'postponed day') * 50) as integer)), null)
        as postponed_at,
    -- the last weeks' books are gone through in the new year
    if(everything.is_won and closed_date >= as_of - 45 and closed_date < as_of
        and u(deal, 'corrected') < 0.05,
        cast(as_of as timestamp) + to_hours(34), null) as corrected_at

from everything

inner join accounts on everything.account_no = accounts.account_no
cross join p_world;

create table stage_entries as
with

passed as (

    select
        *,
        unnest(range(first_stage_no, furthest_no + 2)) as stage_no

    from opportunities

),

entered as (

    select
        deal,
        opportunity_id,
        case
            when stage_no <= furthest_no and stage_no < 6 then stages[stage_no]
            when is_won then 'Closed Won'
            else 'Closed Lost'
        end as stage,
        if(stage_no > furthest_no or stage_no = 6, 6, stage_no) as stage_order,
        case
            when stage_no = first_stage_no then created_at
            when stage_no = 2 and is_clicked_through and not is_demo_skipped
                then at_time(
                    created_date + entered_after[3], u(deal, 'entered 3')
                ) - to_seconds(30)
            when stage_no <= furthest_no and stage_no < 6
                then at_time(
                    created_date + entered_after[stage_no],
                    u(deal, 'entered ' || stage_no)
                )
            else at_time(closed_date, u(deal, 'entered 6'))
        end as entered_at

    from passed

    cross join p_world

    where
        stage_no <= 6
        and not (is_demo_skipped and stage_no = 3 and furthest_no > 3)

)

select * from entered

union all

select
    deal,
    opportunity_id,
    if(step = 1, 'Closed Lost', stages[5]) as stage,
    if(step = 1, 6, 5) as stage_order,
    at_time(
        created_date + entered_after[5] + cast(step as integer), u(deal, 'reopen time')
    ) as entered_at

from opportunities

cross join unnest(range(1, 3)) as steps (step)
cross join p_world

where is_reopened;
