-- Grain: one row per new customer or won deal and touch that may have led to it.
with

acquisitions as (

    select * from {{ ref('int_acquisitions_collected') }}

),

touches as (

    select * from {{ ref('int_touches_collected') }}

),

touches_before as (

    select
        acquisitions.acquired_unit,
        acquisitions.acquisition_key,
        touches.touch_key,
        touches.touch_basis,
        touches.channel_group,
        touches.is_self_reported,
        touches.touched_at,
        touches.basis_rank,
        min(touches.basis_rank) over (
            partition by acquisitions.acquired_unit, acquisitions.acquisition_key
        ) as best_basis_rank

    from acquisitions

    inner join touches
        on acquisitions.customer_key = touches.customer_key
        and acquisitions.acquired_date >= touches.touched_date

),

best_touches as (

    -- A lead and its deal repeat what the touchpoint said: one kind of record counts.
    select *

    from touches_before

    where basis_rank = best_basis_rank

)

select
    acquired_unit,
    acquisition_key,
    touch_key,
    touch_basis,
    channel_group,
    row_number() over acquisition_touches as touch_number,
    count(*) over (partition by acquired_unit, acquisition_key) as touch_count,
    row_number() over (
        partition by acquired_unit, acquisition_key
        order by
            case
                when {{ var('self_reported_goes_first') }} and is_self_reported then 0
                else 1
            end,
            touched_at,
            is_self_reported,
            touch_key
    ) as first_touch_rank,
    is_self_reported

from best_touches

window acquisition_touches as (
    partition by acquired_unit, acquisition_key
    order by touched_at, is_self_reported, touch_key
)
