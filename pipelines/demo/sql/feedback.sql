-- What customers say unasked. The theme that the useful release answers is asked for
-- ever more until it comes, in the segment that it helps, and hardly afterwards.

create table feedback as
with

speaking as (

    select
        ages.spell,
        ages.account_id,
        ages.account_no,
        ages.moment || '|' || p_release.theme as remark,
        p_release.theme,
        ages.period_at + to_hours(cast(floor(u(remark, 'hour') * 600) as integer))
            as given_at,
        case
            when p_release.effect > 0 and p_release.segment = p_segment.segment
                and ages.period_date < released_date
                then 0.02 + 0.10 * greatest(
                    0, 1 - date_diff('month', ages.period_date, released_date) / 12
                )
            when p_release.effect > 0 and p_release.segment = p_segment.segment
                then 0.005
            else p_release.mention_rate
        end as chance

    from ages

    inner join accounts on ages.account_no = accounts.account_no
    inner join p_segment on accounts.segment_no = p_segment.segment_no
    cross join p_release

),

spoken as (

    select
        *,
        u(remark, 'speaks') / chance as rest

    from speaking

    where u(remark, 'speaks') < chance

),

said as (

    select
        'FB-' || spell || '-' || md5(remark)[1:10] as feedback_id,
        account_id,
        'CON-' || lpad(cast(account_no as varchar), 7, '0') || '-1' as contact_id,
        given_at,
        pick(['support', 'support', 'survey', 'review'], rest) as channel,
        pick(p_theme.sentences, u(remark, 'sentence'))
        || ' ' || pick(words_closing(), u(remark, 'closing')) as body,
        if(channel = 'support' and u(remark, 'tagged') < 0.5, spoken.theme, null)
            as theme,
        cast(null as varchar) as opportunity_id

    from spoken

    inner join p_theme on spoken.theme = p_theme.theme

    union all

    -- what a lost deal said it was missing, noted by whoever sold
    select
        'FB-' || opportunity_id as feedback_id,
        account_id,
        null as contact_id,
        at_time(closed_date, u(deal, 'said')) as given_at,
        'sales_call' as channel,
        'They miss a feature. '
        || pick(p_theme.sentences, u(deal, 'sentence')) as body,
        null as theme,
        opportunity_id

    from opportunities

    inner join p_theme
        on p_theme.theme_no
        = 1 + cast(floor(u(deal, 'missing') * (select count(*) from p_theme)) as integer)

    where lost_reason = 'Missing feature' and opportunity_type = 'new'

)

select said.*

from said

cross join p_world

where given_at < until_date;

create macro feedback_at(t) as table
select *, given_at as changed_at from feedback where given_at < t;
