-- New-business deals: who comes, how far each deal gets, and when it leaves each stage.
-- Days are drawn from declared lists, so the true share won by any day can be summed up.

create table new_deals as
with

arrived as (

    select
        'd' || segment_no || '-' || month_no || '-' || number as deal,
        segment_no,
        month_no,
        is_discounted

    from p_arrival, unnest(range(arrivals)) as numbers (number)

    where kind = 'deal'

),

drawn as (

    select
        arrived.*,
        p_month.month_start
        + cast(floor(u(deal, 'created day') * p_month.day_count) as integer)
            as created_date,
        pass_rates,
        case
            when u(deal, 'pass 1') >= pass_rates[1] then 1
            when u(deal, 'pass 2') >= pass_rates[2] then 2
            when u(deal, 'pass 3') >= pass_rates[3] then 3
            when u(deal, 'pass 4') >= pass_rates[4] then 4
            when u(deal, 'pass 5') >= pass_rates[5] then 5
            else 6
        end as furthest_no

    from arrived
    inner join p_month on arrived.month_no = p_month.month_no
    inner join p_segment on arrived.segment_no = p_segment.segment_no

),

timed as (

    select
        drawn.*,
        pick(pass_days(1), u(deal, 'days 1')) as days_1,
        pick(pass_days(2), u(deal, 'days 2')) as days_2,
        pick(pass_days(3), u(deal, 'days 3')) as days_3,
        pick(pass_days(4), u(deal, 'days 4')) as days_4,
        pick(pass_days(5), u(deal, 'days 5')) as days_5,
        pick(loss_days(), u(deal, 'days lost')) as days_lost

    from drawn

),

entered as (

    select
        *,
        [
            0,
            days_1,
            days_1 + days_2,
            days_1 + days_2 + days_3,
            days_1 + days_2 + days_3 + days_4,
            days_1 + days_2 + days_3 + days_4 + days_5
        ] as entered_after

    from timed

)

select
    deal,
    segment_no,
    month_no,
    is_discounted,
    created_date,
    furthest_no,
    furthest_no = 6 as is_won,
    entered_after,
    created_date
    + (entered_after[furthest_no] + if(furthest_no = 6, 0, days_lost)) as closed_date

from entered;
