-- Invoices: one per paid period, with tax in the euro area, set-up fees and refunds.

create table invoice_lines as
with

periods as (

    select
        ages.*,
        'INV-' || account_no || '-' || spell_no || '-' || age as invoice_id,
        cast(
            period_date + to_months(if(is_annual, 12, 1)) as date
        ) as period_end_date

    from ages

    where age % if(is_annual, 12, 1) = 0

),

charges as (

    select
        periods.*,
        'SUB-' || periods.account_no || '-' || periods.spell_no || '-base'
            as subscription_item_id,
        'recurring' as line_type,
        cast(
            versions.quantity * versions.unit_amount
            * (100 - if(
                periods.is_discounted and age >= 3,
                0,
                coalesce(versions.discount_percent, 0)
            )) / 100
            as decimal(18, 2)
        ) as amount

    from periods

    inner join item_versions as versions
        on versions.subscription_item_id
        = 'SUB-' || periods.account_no || '-' || periods.spell_no || '-base'
        and versions.valid_from <= periods.period_at
        and coalesce(versions.valid_to > periods.period_at, true)

    where versions.status <> 'paused'

),

addons as (

    select
        periods.*,
        versions.subscription_item_id,
        'recurring' as line_type,
        versions.unit_amount as amount

    from periods

    inner join item_versions as versions
        on versions.subscription_item_id
        = 'SUB-' || periods.account_no || '-' || periods.spell_no || '-texts'
        and versions.valid_from <= periods.period_at
        and coalesce(versions.valid_to > periods.period_at, true)

    where versions.status = 'active'

),

others as (

    select
        * replace (
            null as subscription_item_id,
            'tax' as line_type,
            cast(round(amount / 5, 2) as decimal(18, 2)) as amount
        )

    from charges

    where currency_code = 'EUR'

    union all

    select
        * replace ('one_off' as line_type, cast(250 as decimal(18, 2)) as amount)

    from charges

    where age = 0 and is_sales_led and u(spell, 'set-up') < 0.4

    union all

    select
        * replace ('refund' as line_type, cast(-amount / 4 as decimal(18, 2)) as amount)

    from charges

    where u(moment, 'refunded') < 0.008

    union all

    select
        * replace ('credit' as line_type, cast(-10 as decimal(18, 2)) as amount)

    from charges

    where u(moment, 'credited') < 0.006

),

lines as (

    select * from charges
    union all
    select * from addons
    union all
    select * from others

)

select
    invoice_id || '-' || row_number() over (
        partition by invoice_id
        order by line_type, subscription_item_id nulls first
    ) as invoice_line_id,
    invoice_id,
    account_id,
    subscription_item_id,
    line_type,
    amount,
    currency_code,
    period_at as invoiced_at,
    period_at + to_days(1 + cast(floor(u(moment, 'paid') * 25) as integer)) as paid_at,
    period_date as period_start,
    period_end_date as period_end,
    period_at + to_days(30) as due_at

from lines;

create macro invoices_at(t) as table
select
    * replace (if(paid_at < t, paid_at, null) as paid_at),
    if(paid_at < t, 'paid', 'open') as status,
    if(paid_at < t, paid_at, invoiced_at) as changed_at

from invoice_lines

where invoiced_at < t;
