-- Grain: one row per segment and month.
with

usage_days as (

    select * from {{ ref('int_customer_usage_days') }}

),

customer_segments as (

    select * from {{ ref('int_customer_segments_spanned') }}

),

customer_months as (

    -- A month with any use is an active month.
    select distinct
        customer_key,
        {{ month_of('usage_date') }} as usage_month

    from usage_days

),

customer_months_in_order as (

    select
        customer_key,
        lag(usage_month) over customer_history as previous_month,
        lead(usage_month) over customer_history as next_month,
        usage_month

    from customer_months

    window customer_history as (
        partition by customer_key
        order by usage_month
    )

),

last_months as (

    select max(usage_month) as last_month from customer_months

),

first_months as (

    select min(usage_month) as first_month from customer_months

),

events as (

    select
        customer_months_in_order.customer_key,
        case
            when
                customer_months_in_order.usage_month = first_months.first_month
                then 'opening'
            when customer_months_in_order.previous_month is null then 'new'
            when
                customer_months_in_order.previous_month
                = {{ months_later('customer_months_in_order.usage_month', -1) }}
                then 'retained'
            else 'resurrected'
        end as growth_event,
        customer_months_in_order.usage_month as growth_month

    from customer_months_in_order

    cross join first_months

    union all

    -- Who was there a month ago and is not now is lost in this month.
    select
        customer_months_in_order.customer_key,
        'lost' as growth_event,
        {{ months_later('customer_months_in_order.usage_month', 1) }} as growth_month

    from customer_months_in_order

    cross join last_months

    where
        customer_months_in_order.next_month is distinct from
        {{ months_later('customer_months_in_order.usage_month', 1) }}
        and customer_months_in_order.usage_month < last_months.last_month

),

events_with_segment as (

    select
        events.customer_key,
        coalesce(customer_segments.segment_id, 'unknown') as segment_id,
        events.growth_event,
        events.growth_month

    from events

    left join customer_segments
        on events.customer_key = customer_segments.customer_key
        and events.growth_month >= customer_segments.valid_from_date
        and events.growth_month < customer_segments.valid_to_date

),

counts as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        count(*) filter (where growth_event <> 'lost') as active_count,
        count(*) filter (where growth_event = 'opening') as opening_count,
        count(*) filter (where growth_event = 'new') as new_count,
        count(*) filter (where growth_event = 'retained') as retained_count,
        count(*) filter (where growth_event = 'resurrected') as resurrected_count,
        count(*) filter (where growth_event = 'lost') as lost_count,
        growth_month

    from events_with_segment

    group by growth_month, rollup(segment_id)

),

rates as (

    select
        *,
        {{ wilson_interval('retained_count', 'retained_count + lost_count') }}

    from counts

)

select
    segment_id,
    active_count,
    opening_count,
    new_count,
    retained_count,
    resurrected_count,
    lost_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met,
    {{ months_later('growth_month', 1) }} <= {{ as_of() }} as is_complete,
    growth_month

from rates
