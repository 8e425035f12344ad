-- Grain: one row per opportunity, field that has a history, and span of days in which
-- its value stayed.
with

opportunity_changes as (

    select * from {{ ref('stg_crm__opportunity_changes') }}

),

stage_entries as (

    select * from {{ ref('stg_crm__opportunity_stages') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

changes_of_fields as (

    select
        *,
        lower(trim(field_name)) as field

    from opportunity_changes

    where lower(trim(field_name)) in ('amount', 'expected_close_date')

),

events as (

    -- A text that is no amount or no date leaves the value unknown.
    select
        source_system,
        opportunity_id,
        field,
        case when field = 'amount' then try_cast(old_value as decimal(18, 4)) end
            as old_amount,
        case when field = 'amount' then try_cast(new_value as decimal(18, 4)) end
            as new_amount,
        case when field <> 'amount' then try_cast(old_value as date) end as old_date,
        case when field <> 'amount' then try_cast(new_value as date) end as new_date,
        changed_date,
        changed_at

    from changes_of_fields

    union all

    -- A stage entry tells the amount of its instant; before the first it was the same.
    select
        source_system,
        opportunity_id,
        'amount' as field,
        opportunity_amount as old_amount,
        opportunity_amount as new_amount,
        cast(null as date) as old_date,
        cast(null as date) as new_date,
        entered_date as changed_date,
        entered_at as changed_at

    from stage_entries

    where
        opportunity_amount is not null
        and entered_date < {{ as_of() }}

),

known_events as (

    select * from events

    where changed_date < {{ as_of() }}

),

last_events as (

    select
        source_system,
        opportunity_id,
        field,
        max(changed_at) as last_changed_at

    from known_events

    group by source_system, opportunity_id, field

),

record_events as (

    -- A record that was updated later than its history ends knows better.
    select
        last_events.source_system,
        last_events.opportunity_id,
        last_events.field,
        opportunities.opportunity_amount as new_amount,
        opportunities.expected_close_date as new_date,
        opportunities.updated_date as changed_date,
        opportunities.updated_at as changed_at

    from last_events

    inner join opportunities
        on last_events.source_system = opportunities.source_system
        and last_events.opportunity_id = opportunities.opportunity_id

    where
        opportunities.updated_at > last_events.last_changed_at
        and opportunities.updated_date < {{ as_of() }}

),

first_values as (

    -- The old value of a change that is not known yet is what was known until then.
    select
        source_system,
        opportunity_id,
        field,
        old_amount,
        old_date

    from events

    qualify row_number() over (
        partition by source_system, opportunity_id, field
        order by changed_at, new_amount nulls last, new_date nulls last
    ) = 1

),

known_values as (

    select
        source_system,
        opportunity_id,
        field,
        old_amount as opportunity_amount,
        old_date as expected_close_date,
        date '0001-01-01' as valid_from_date,
        cast(null as timestamp) as known_at

    from first_values

    union all

    select
        source_system,
        opportunity_id,
        field,
        new_amount as opportunity_amount,
        new_date as expected_close_date,
        changed_date as valid_from_date,
        changed_at as known_at

    from known_events

    union all

    select
        source_system,
        opportunity_id,
        field,
        case when field = 'amount' then new_amount end as opportunity_amount,
        case when field <> 'amount' then new_date end as expected_close_date,
        changed_date as valid_from_date,
        changed_at as known_at

    from record_events

),

values_at_day_end as (

    select
        source_system,
        opportunity_id,
        field,
        opportunity_amount,
        expected_close_date,
        valid_from_date

    from known_values

    qualify row_number() over (
        partition by source_system, opportunity_id, field, valid_from_date
        order by
            known_at desc,
            opportunity_amount desc nulls last,
            expected_close_date desc nulls last
    ) = 1

),

values_with_previous as (

    select
        *,
        row_number() over value_history as value_number,
        lag(opportunity_amount) over value_history as previous_amount,
        lag(expected_close_date) over value_history as previous_date

    from values_at_day_end

    window value_history as (
        partition by source_system, opportunity_id, field
        order by valid_from_date
    )

),

changed_values as (

    select *

    from values_with_previous

    where
        value_number = 1
        or opportunity_amount is distinct from previous_amount
        or expected_close_date is distinct from previous_date

)

select
    source_system,
    opportunity_id,
    field,
    opportunity_amount,
    expected_close_date,
    valid_from_date,
    coalesce(
        lead(valid_from_date) over (
            partition by source_system, opportunity_id, field
            order by valid_from_date
        ),
        date '9999-12-31'
    ) as valid_to_date

from changed_values
