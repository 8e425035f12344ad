-- Quarterly survey waves: who is eligible, asked and answers, and what they say.
-- Whether somebody answers depends on segment and tenure only, unless the world says so.

create table waves as
select
    row_number() over (order by open_date) as wave_no,
    open_date,
    open_date + interval 3 months as close_date,
    -- the survey tool was replaced after two thirds of the waves
    if(open_date < cast(as_of - to_months(12) as date), 'formpilot', 'askwell') as tool,
    strftime(open_date, '%Y') || 'Q' || quarter(open_date) as wave_label

from (
    select cast(month_start as date) as open_date
    from p_month
    where month(month_start) in (1, 4, 7, 10)
) as quarters

cross join p_world

where
    open_date < until_date
    -- replicates are compared in the last waves that were closed
    and (
        not is_lean
        or (open_date < as_of and open_date >= as_of - to_months(3 * lean_waves))
    );

create table wave_base as
with

eligible as (

    select
        waves.wave_no,
        waves.open_date,
        waves.tool,
        customers.account_no,
        customers.account_id,
        customers.entity,
        customers.segment_no as answers_as_segment_no,
        if(
            accounts.moved_at < waves.open_date,
            customers.segment_no % (select count(*) from p_segment) + 1,
            customers.segment_no
        ) as segment_no,
        case
            when customers.first_paid_date + to_months(3) > waves.open_date then 1
            when customers.first_paid_date + to_months(12) > waves.open_date then 2
            else 3
        end as tenure_no

    from waves

    inner join customers
        on customers.first_paid_date <= waves.open_date
        and coalesce(customers.ended_date > waves.open_date, true)

    inner join accounts on customers.account_no = accounts.account_no

)

select
    eligible.*,
    least(
        very_disappointed[tenure_no] + coalesce(release_effects.effect, 0), 0.95
    ) as very_disappointed_rate,
    promoters[tenure_no] as promoter_rate,
    detractors[tenure_no] as detractor_rate,
    response[tenure_no] as response_rate

from eligible

inner join p_segment on eligible.answers_as_segment_no = p_segment.segment_no

left join (
    select
        account_no,
        wave_no,
        sum(effect) as effect

    from exposures

    inner join p_release on exposures.release_id = p_release.release_id
    inner join waves on exposures.exposed_at < waves.open_date
    inner join p_segment
        on exposures.segment_no = p_segment.segment_no
        and p_release.segment = p_segment.segment

    where p_release.effect <> 0

    group by account_no, wave_no
) as release_effects
    on eligible.account_no = release_effects.account_no
    and eligible.wave_no = release_effects.wave_no;

create table invitations as
with

drawn as (

    select
        wave_base.wave_no,
        wave_base.tool,
        wave_base.open_date,
        wave_base.account_id,
        wave_base.segment_no,
        contacts.contact,
        contacts.contact_id,
        contacts.email,
        contact || '|' || wave_base.open_date as asked,
        very_disappointed_rate,
        promoter_rate,
        detractor_rate,
        response_rate,
        u(asked, 'reply') as reply_draw,
        u(asked, 'bounce') as bounce_draw,
        u(asked, 'fate') as fate_draw,
        case
            when u(asked, 'no longer') < 0.03 then 'no longer'
            when u(asked, 'pmf') < very_disappointed_rate then 'very'
            when u(asked, 'pmf rest') < 0.6 then 'somewhat'
            else 'not'
        end as pmf,
        answers_drive_response

    from wave_base

    inner join contacts
        on wave_base.account_no = contacts.account_no
        and contacts.created_at < wave_base.open_date

    cross join p_world

)

select
    * exclude (reply_draw, bounce_draw, fate_draw, answers_drive_response),
    'INV-' || wave_no || '-' || substr(contact_id, 5) as invitation_id,
    at_time(open_date + 1 + cast(floor(u(asked, 'sent day') * 5) as integer),
        u(asked, 'sent time')) as sent_at,
    at_time(cast(sent_at as date) + cast(1 + floor(u(asked, 'answer day')
        * u(asked, 'answer day too') * 35) as integer), u(asked, 'answer time'))
        as answered_at,
    case
        when bounce_draw < 0.02 then 'bounced'
        when reply_draw
            < response_rate
            * case
                when not answers_drive_response then 1
                when pmf = 'very' or u(asked, 'nps') < promoter_rate then 1.5
                else 0.6
            end
            then if(fate_draw < 0.08, 'partial', 'finished')
        when fate_draw < 0.01 then 'complained'
        when fate_draw < 0.05 then 'declined'
        when fate_draw < 0.15 then 'started'
        when fate_draw < 0.45 then 'opened'
        else 'sent'
    end as fate

from drawn;

create table responses as
with

counted as (

    select
        *,
        1 as attempt

    from invitations

    where fate in ('partial', 'finished')

    union all

    -- some answer again, and may have changed their mind: the later answer counts
    select
        * replace (
            answered_at + to_hours(30) as answered_at,
            asked || '|again' as asked,
            case
                when u(asked, 'no longer again') < 0.03 then 'no longer'
                when u(asked, 'pmf again') < very_disappointed_rate then 'very'
                when u(asked, 'pmf rest again') < 0.6 then 'somewhat'
                else 'not'
            end as pmf
        ),
        2 as attempt

    from invitations

    where fate = 'finished' and u(asked, 'repeats') < 0.03

),

scored as (

    select
        *,
        case
            when u(asked, 'nps') < promoter_rate
                then if(u(asked, 'nps high') < 0.5, 9, 10)
            when u(asked, 'nps') < promoter_rate + detractor_rate
                then pick([0, 1, 2, 3, 4, 5, 5, 6, 6, 6], u(asked, 'nps low'))
            else if(u(asked, 'nps middle') < 0.5, 7, 8)
        end as nps,
        -- promoters are satisfied, of the others but the detractors one half is
        case when nps >= 9 then 4 when nps >= 7 then 3 else 2 end
        + if(u(asked, 'csat') < 0.5, 1, 0) as csat

    from counted

    cross join p_world

    where answered_at < until_date

)

select
    *,
    'R-' || invitation_id || '-' || attempt as response_id,
    fate = 'finished' as is_finished,
    pick(words_benefit(), u(asked, 'benefit 1'))
        as benefit_1,
    pick(words_benefit(), u(asked, 'benefit 2'))
        as benefit_2,
    if(u(asked, 'writes') < 0.3,
        pick(words_free_text(), u(asked, 'text')),
        null) as comment

from scored;

create macro responses_at(t) as table
select
    *,
    -- NPS always; the rest when finished
    1 + if(is_finished, 2 + if(benefit_1 = benefit_2, 1, 2) + if(comment is null, 0, 1),
        0) as answer_count,
    false as is_deleted

from responses

where answered_at < t;

create macro invitations_at(t) as table
select *, false as is_deleted from invitations where sent_at < t;

-- The answers that a wave would give on average: over everybody who is eligible, and
-- over those who may be expected to answer.
create macro wave_truth() as table
with

groups as (

    select
        wave_base.wave_no,
        p_segment.segment,
        very_disappointed_rate,
        promoter_rate,
        detractor_rate,
        cast(response_rate as decimal(9, 6)) as response_rate,
        count(*) as customers

    from wave_base

    inner join p_segment on wave_base.segment_no = p_segment.segment_no

    group by all

)

select
    groups.wave_no,
    wave_label,
    open_date,
    segment,
    cast(sum(customers) as bigint) as customers,
    cast(sum(customers * very_disappointed_rate) as double) / sum(customers) as pmf,
    cast(sum(customers * promoter_rate) as double) / sum(customers) as promoters,
    cast(sum(customers * detractor_rate) as double) / sum(customers) as detractors,
    cast(sum(customers * very_disappointed_rate * response_rate) as double)
    / cast(sum(customers * response_rate) as double) as raw_pmf,
    cast(sum(customers * (promoter_rate - detractor_rate) * response_rate) as double)
    / cast(sum(customers * response_rate) as double) as raw_nps

from groups

inner join waves on groups.wave_no = waves.wave_no

group by groups.wave_no, wave_label, open_date, segment;
