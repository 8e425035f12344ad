-- Releases, and which customer received which one when.

create table exposures as
with

staged as (

    select
        customers.account_no,
        customers.account_id,
        customers.segment_no,
        p_release.release_id,
        -- half of those who are there receive it at once, the others half a year later
        case
            when customers.first_paid_date >= released_date
                then customers.first_paid_date
            when u(customers.entity, p_release.release_id) < 0.5 then released_date
            else cast(released_date + to_months(6) as date)
        end as exposed_date,
        customers.entity,
        customers.ended_date

    from customers

    cross join p_release

)

select
    account_no,
    account_id,
    segment_no,
    release_id,
    at_time(exposed_date, u(entity, release_id || ' time')) as exposed_at

from staged

cross join p_world

where
    exposed_date < until_date
    and coalesce(ended_date > exposed_date, true);

create macro releases_at(t) as table
select
    release_id,
    released_date + interval 9 hours as released_at,
    release_name,
    theme,
    segment,
    released_date + interval 6 months as rollout_end_at,
    'level' as impact_model,
    released_date + interval 9 hours as changed_at

from p_release

where released_date < t;

create macro exposures_at(t) as table
select release_id, account_id, exposed_at, exposed_at as changed_at
from exposures
where exposed_at < t;
