-- Grain: one row per customer and month in which it paid, and at neither end of which.
with

item_versions as (

    select * from {{ ref('int_subscription_items_judged') }}

),

items as (

    select * from {{ ref('int_subscription_items_valued') }}

),

stays as (

    -- Between two ends of a month; several items of a customer are one.
    select
        customer_key,
        {{ month_of('counts_from_date') }} as mrr_month

    from item_versions

    where
        is_counted
        and quantity * unit_amount > 0
        and counts_from_date < counts_until_date
        and {{ month_of('counts_from_date') }} = {{ month_of('counts_until_date') }}
        and {{ months_later(month_of('counts_from_date'), 1) }} <= {{ as_of() }}

    group by customer_key, {{ month_of('counts_from_date') }}

),

active_months as (

    select
        customer_key,
        mrr_month

    from items

    where mrr_amount <> 0

    group by customer_key, mrr_month

)

select
    stays.customer_key,
    stays.mrr_month

from stays

left join active_months as ends
    on stays.customer_key = ends.customer_key
    and stays.mrr_month = ends.mrr_month

left join active_months as openings
    on stays.customer_key = openings.customer_key
    and stays.mrr_month = {{ months_later('openings.mrr_month', 1) }}

where
    ends.customer_key is null
    and openings.customer_key is null
