-- Grain: one row per customer, when it became one.
with

acquisitions as (

    select * from {{ ref('int_acquisitions_collected') }}

),

credited_touches as (

    select * from {{ ref('int_touches_credited') }}

),

numbered_touches as (

    select
        *,
        row_number() over (
            partition by acquisition_key, is_self_reported
            order by touch_number
        ) as number_of_kind

    from credited_touches

    where acquired_unit = 'new_customer'

),

sources as (

    select
        acquisition_key,
        min(touch_basis) as touch_basis,
        max(case when first_touch_rank = 1 then channel_group end) as channel_group,
        max(
            case
                when number_of_kind = 1 and not is_self_reported then channel_group
            end
        ) as tracked_channel_group,
        max(case when number_of_kind = 1 and is_self_reported then channel_group end)
            as self_reported_channel_group

    from numbered_touches

    group by acquisition_key

)

select
    acquisitions.customer_key,
    acquisitions.segment_id,
    acquisitions.acquisition_basis,
    coalesce(sources.touch_basis, 'none') as touch_basis,
    coalesce(sources.channel_group, 'unknown') as channel_group,
    coalesce(sources.tracked_channel_group, 'unknown') as tracked_channel_group,
    coalesce(sources.self_reported_channel_group, 'unknown')
        as self_reported_channel_group,
    acquisitions.acquired_amount,
    acquisitions.acquired_date,
    acquisitions.acquired_month

from acquisitions

left join sources
    on acquisitions.acquisition_key = sources.acquisition_key

where acquisitions.acquired_unit = 'new_customer'
