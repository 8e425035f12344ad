-- Opportunities and their stage histories, with what a CRM does to them: stages that are
-- skipped or clicked through, deals that are lost and reopened, deals that are deleted.

create table opportunities as
select
    deal,
    'OPP-' || lpad(
        cast(row_number() over (order by created_date, deal) as varchar), 7, '0'
    ) as opportunity_id,
    accounts.account_id,
    'new' as opportunity_type,
    new_deals.segment_no,
    new_deals.created_date,
    accounts.created_at as created_at,
    accounts.channel as lead_source,
    closed_date,
    furthest_no,
    is_won,
    entered_after,
    accounts.currency_code,
    cast(12 * accounts.seats * unit_price(accounts.tier, year(new_deals.created_date), false)
        as decimal(18, 2)) as amount,
    'REP-' || new_deals.segment_no || cast(1 + floor(u(deal, 'owner') * 4) as integer)
        as owner_id,
    u(deal, 'skip') < 0.06 and furthest_no >= 4 as is_demo_skipped,
    u(deal, 'click') < 0.03 and furthest_no >= 3 as is_clicked_through,
    is_won and u(deal, 'reopen') < 0.06 and entered_after[6] - entered_after[5] > 2
        as is_reopened,
    if(is_won, null,
        pick(words_lost_reason(), u(deal, 'lost reason'))) as lost_reason,
    if(u(deal, 'deleted') < 0.004,
        accounts.created_at + to_days(10 + cast(floor(u(deal, 'deleted day') * 400)
            as integer)), null) as deleted_at,
    -- the last weeks' books are gone through in the new year
    if(is_won and closed_date >= as_of - 45 and closed_date < as_of
        and u(deal, 'corrected') < 0.05,
        cast(as_of as timestamp) + to_hours(34), null) as corrected_at

from new_deals

inner join accounts on new_deals.deal = accounts.entity
cross join p_world;

create table stage_entries as
with

passed as (

    select
        *,
        unnest(range(1, furthest_no + 2)) as stage_no

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
            when stage_no = 1 then created_at
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
        (stage_no <= 6)
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
