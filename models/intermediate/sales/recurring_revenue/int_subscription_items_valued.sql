-- Grain: one row per subscription item and month at whose end it counts.
with

item_versions as (

    select * from {{ ref('int_subscription_items_judged') }}

),

source_starts as (

    -- The month from which on a source tells who pays; before it nothing is known.
    select
        source_system,
        greatest(
            {{ month_of('min(valid_from_date)') }},
            {{ month_of(mrr_history_start()) }}
        ) as first_extract_month

    from item_versions

    group by source_system

),

counted_versions as (

    select
        item_versions.*,
        source_starts.first_extract_month,
        greatest(
            {{ month_of('item_versions.counts_from_date') }},
            source_starts.first_extract_month
        ) as first_month,
        -- The end of a month is the first instant of the next.
        {{ months_later(
            month_of('least(item_versions.counts_until_date, ' ~ as_of() ~ ')'), -1
        ) }} as last_month

    from item_versions

    inner join source_starts
        on item_versions.source_system = source_starts.source_system

    where
        item_versions.is_counted
        and item_versions.counts_until_date is not null

),

item_months as (

    select
        *,
        {{ each_month('first_month', 'last_month') }} as mrr_month

    from counted_versions

    where first_month <= last_month

),

item_month_ends as (

    select
        *,
        {{ months_later('mrr_month', 1) }} as month_end_date

    from item_months

),

items_priced as (

    select
        *,
        cast(quantity as double) * cast(unit_amount as double) as cycle_amount,
        case
            when discount_duration = 'once' then false
            when discount_duration = 'forever' then true
            -- It counts while it lasts a full cycle more.
            else
                coalesce(
                    discount_end_date
                    >= {{ billing_cycle_later(
                        'month_end_date', 'billing_interval', 'interval_count'
                    ) }},
                    true
                )
        end as is_discount_recurring,
        case billing_interval
            when 'day' then 365.0 / 12
            when 'week' then 52.0 / 12
            when 'month' then 1.0
            when 'quarter' then 1.0 / 3
            when 'year' then 1.0 / 12
        end / interval_count as cycles_per_month

    from item_month_ends

    where
        coalesce(paused_from_date >= month_end_date, true)
        or coalesce(paused_until_date < month_end_date, false)

),

items_discounted as (

    select
        *,
        case
            -- A credit that recurs is an item below zero and has no discount.
            when cycle_amount < 0 or not is_discount_recurring then cycle_amount
            else
                greatest(
                    cycle_amount * (100 - discount_percent) / 100
                    - cast(discount_amount as double),
                    0
                )
        end as net_cycle_amount

    from items_priced

)

select
    source_system,
    subscription_item_id,
    subscription_id,
    customer_key,
    currency_code,
    case
        when billing_interval = 'year' then 'annual'
        when billing_interval = 'month' and interval_count = 12 then 'annual'
        when billing_interval = 'month' and interval_count = 1 then 'monthly'
        else 'other'
    end as contract_type,
    cast(net_cycle_amount * cycles_per_month as decimal(18, 4)) as mrr_amount,
    cast((cycle_amount - net_cycle_amount) * cycles_per_month as decimal(18, 4))
        as discount_amount,
    coalesce(cancel_requested_date < month_end_date, false) as is_leaving,
    mrr_month = first_extract_month as is_first_extract_month,
    mrr_month = first_extract_month
    and started_date < first_extract_month as is_from_before,
    mrr_month,
    started_date

from items_discounted
