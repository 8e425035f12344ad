-- Daily use: every paying customer has a habit; it fades before they leave.

create table habits as
select
    account_no,
    account_id,
    entity,
    first_paid_date,
    coalesce(ended_date, until_date) as last_date,
    ended_date,
    0.30 + 0.40 * u(entity, 'habit') as habit,
    2 + cast(floor(u(entity, 'users') * 6) as integer) as user_count

from customers

cross join p_world;

create macro usage_between(first_day, last_day) as table
with

days as (

    select
        habits.*,
        cast(day as date) as usage_date,
        habit
        * if(isodow(day) > 5, 0.35, 1)
        * if(ended_date - cast(day as date) < 21, 0.4, 1) as chance

    from habits

    inner join unnest(generate_series(
        cast(first_day as timestamp),
        cast(last_day as timestamp) - interval 1 day,
        interval 1 day
    )) as calendar (day)
        on day >= first_paid_date and day < last_date

),

drawn as (

    select
        *,
        u(entity || '|' || usage_date, 'used') / chance as draw

    from days

)

select
    account_id,
    usage_date,
    -- what is left of the draw is even again: one hash makes the whole day
    cast(1 + floor(draw * user_count) as integer) as active_users,
    cast(1 + floor(draw * user_count * 2.5) as integer) as sessions,
    cast(3 + floor(draw * user_count * 21) as integer) as events,
    cast(floor(draw * user_count * 4) as integer) as core_action_count

from drawn

where draw < 1;
