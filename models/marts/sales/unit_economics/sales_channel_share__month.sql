-- Grain: one row per segment, period, source basis, population and channel group.
with

customers as (

    select * from {{ ref('int_customers_acquired') }}

),

channels as (

    select * from {{ ref('channels') }}

),

channel_groups as (

    -- `union`: every group once, also those that nobody came through.
    select channel_group from channels
    union
    select 'rewarded_referral'
    union
    select 'unknown'

),

sources as (

    select
        segment_id,
        'first_touch' as source_basis,
        channel_group,
        acquired_month

    from customers

    union all

    select
        segment_id,
        'tracked',
        tracked_channel_group,
        acquired_month

    from customers

    union all

    select
        segment_id,
        'self_reported',
        self_reported_channel_group,
        acquired_month

    from customers

),

group_counts as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        case
            when grouping(acquired_month) = 1 then 'all'
            else substring(cast(acquired_month as varchar), 1, 7)
        end as period_label,
        source_basis,
        channel_group,
        count(*) as customer_count

    from sources

    group by source_basis, channel_group, cube(segment_id, acquired_month)

),

cells as (

    select
        segment_id,
        period_label,
        source_basis,
        sum(customer_count) as customer_count,
        coalesce(sum(customer_count) filter (where channel_group <> 'unknown'), 0)
            as known_count

    from group_counts

    group by segment_id, period_label, source_basis

),

populations as (

    select
        segment_id,
        period_label,
        source_basis,
        'all' as population,
        customer_count as population_count

    from cells

    union all

    select
        segment_id,
        period_label,
        source_basis,
        'known',
        known_count

    from cells

),

shares as (

    select
        populations.segment_id,
        populations.period_label,
        populations.source_basis,
        populations.population,
        channel_groups.channel_group,
        populations.population_count,
        coalesce(group_counts.customer_count, 0) as customer_count

    from populations

    cross join channel_groups

    left join group_counts
        on populations.segment_id = group_counts.segment_id
        and populations.period_label = group_counts.period_label
        and populations.source_basis = group_counts.source_basis
        and channel_groups.channel_group = group_counts.channel_group

    where
        populations.population = 'all'
        or channel_groups.channel_group <> 'unknown'

),

rates as (

    select
        segment_id,
        period_label,
        source_basis,
        population,
        channel_group,
        {{ wilson_interval('customer_count', 'population_count') }},
        case when period_label <> 'all' then cast(period_label || '-01' as date) end
            as acquired_month

    from shares

)

select
    segment_id,
    period_label,
    source_basis,
    population,
    channel_group,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met,
    coalesce({{ months_later('acquired_month', 1) }} <= {{ as_of() }}, true)
        as is_complete,
    acquired_month

from rates
