-- Customers: accounts that paid, their terms, and when they leave for the first time.

create table customers as
with

drawn as (

    select
        accounts.account_no,
        accounts.account_id,
        accounts.entity,
        accounts.segment_no,
        accounts.is_sales_led,
        accounts.is_discounted,
        accounts.currency_code,
        accounts.first_paid_date,
        p_segment.renewal_lapse,
        is_giant or (not is_discounted and u(entity, 'term') < annual_share)
            as is_annual,
        accounts.is_giant,
        if(is_discounted, discounted_churn, churn) as churned_by,
        u(entity, 'leaves') as leaving_draw

    from accounts

    inner join p_segment on accounts.segment_no = p_segment.segment_no
    cross join p_world

    where accounts.first_paid_date < p_world.until_date

),

left_at_age as (

    select
        * exclude (churned_by, leaving_draw, renewal_lapse),
        case
            when is_giant then null
            when not is_annual and leaving_draw < churned_by[len(churned_by)]
                then 1 + len(list_filter(churned_by, lambda x: x <= leaving_draw))
            when not is_annual then null
            when u(entity, 'lapse 1') < renewal_lapse then 12
            when u(entity, 'lapse 2') < renewal_lapse then 24
            when u(entity, 'lapse 3') < renewal_lapse then 36
            when u(entity, 'lapse 4') < renewal_lapse then 48
        end as churn_age

    from drawn

)

select
    *,
    cast(first_paid_date + to_months(cast(churn_age as integer)) as date) as ended_date

from left_at_age;

create table contacts as
with

numbered as (

    select
        accounts.account_no,
        accounts.account_id,
        accounts.domain,
        accounts.kind,
        accounts.entity || '|' || number as contact,
        number,
        accounts.created_at + to_days(cast(number as integer) * 3) as created_at

    from accounts

    cross join unnest(range(1, 4)) as numbers (number)
    cross join p_world

    where
        (not is_lean or first_paid_date is not null)
        and (number = 1 or u(entity, 'contacts') < if(number = 2, 0.40, 0.15))

)

select
    contact,
    account_no,
    account_id,
    'CON-' || lpad(cast(account_no as varchar), 7, '0') || '-' || number as contact_id,
    lower(
        pick(words_first_name(), u(contact, 'first name'))
        || '.'
        || pick(words_last_name(), u(contact, 'last name'))
    )
    || number
    -- one in twelve writes from a mailbox that many companies share
    || if(u(contact, 'mailbox') < 0.08,
        '.' || account_no || '@inbox.example.org', '@' || domain) as email,
    pick(words_role(), u(contact, 'role')) as role,
    pick(words_persona(), u(contact, 'persona'))
        as persona,
    kind = 'internal' as is_internal,
    created_at

from numbered;
