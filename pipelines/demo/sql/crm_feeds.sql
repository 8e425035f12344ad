-- What the CRM would export at an instant: one table macro per feed, with `changed_at`.

create macro accounts_at(t) as table
select
    account_id,
    account_name,
    if(merged_at < t, merged_into, null) as merged_into_account_id,
    p_segment.segment,
    country_code,
    if(recounted_at < t, employee_count + 5, employee_count) as employee_count,
    domain,
    created_at,
    kind = 'internal' as is_internal,
    kind = 'test' as is_test,
    coalesce(deleted_at < t, false) or coalesce(merged_at < t, false) as is_deleted,
    greatest(
        created_at,
        if(recounted_at < t, recounted_at, created_at),
        if(moved_at < t, moved_at, created_at),
        if(merged_at < t, merged_at, created_at),
        if(deleted_at < t, deleted_at, created_at)
    ) as changed_at

from accounts

left join merges on accounts.account_id = merges.from_account_id
inner join p_segment
    on p_segment.segment_no = if(
        moved_at < t,
        accounts.segment_no % (select count(*) from p_segment) + 1,
        accounts.segment_no
    )

where created_at < t;

create macro account_segments_at(t) as table
select
    account_id,
    segment,
    created_at as valid_from,
    if(moved_at < t, moved_at, null) as valid_to,
    if(moved_at < t, moved_at, created_at) as changed_at

from accounts

inner join p_segment on accounts.segment_no = p_segment.segment_no

where created_at < t

union all

select
    account_id,
    segment,
    moved_at as valid_from,
    null as valid_to,
    moved_at as changed_at

from accounts

inner join p_segment
    on p_segment.segment_no
    = accounts.segment_no % (select count(*) from p_segment) + 1

where moved_at < t;

create macro contacts_at(t) as table
select
    contact_id,
    account_id,
    email,
    role,
    persona,
    is_internal,
    created_at,
    created_at as changed_at

from contacts

where created_at < t;

create macro opportunities_at(t) as table
with

last_entries as (

    select
        opportunity_id,
        arg_max(stage, entered_at) as stage,
        arg_max(stage_order, entered_at) as stage_order,
        max(entered_at) as entered_at

    from stage_entries

    where entered_at < t

    group by opportunity_id

)

select
    opportunities.opportunity_id,
    account_id,
    opportunity_type,
    'standard' as pipeline,
    stage,
    stage_order = 6 as is_closed,
    stage = 'Closed Won' as is_won,
    if(corrected_at < t, cast(amount * 0.9 as decimal(18, 2)), amount) as amount,
    currency_code,
    owner_id,
    'Practice Suite' as product,
    lead_source,
    if(stage = 'Closed Lost', lost_reason, null) as lost_reason,
    created_at,
    lead_created_at,
    created_date + if(postponed_at < t, 120, 60) as expected_close_date,
    if(stage_order = 6, entered_at, null) as closed_at,
    coalesce(deleted_at < t, false) as is_deleted,
    greatest(
        entered_at,
        if(corrected_at < t, corrected_at, entered_at),
        if(postponed_at < t, postponed_at, entered_at),
        if(deleted_at < t, deleted_at, entered_at)
    ) as changed_at

from opportunities

inner join last_entries
    on opportunities.opportunity_id = last_entries.opportunity_id

where created_at < t;

create macro opportunity_stages_at(t) as table
select
    opportunity_id,
    'standard' as pipeline,
    stage,
    stage_order,
    entered_at,
    entered_at as changed_at

from stage_entries

where entered_at < t;
