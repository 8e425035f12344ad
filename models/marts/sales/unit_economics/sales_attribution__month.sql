-- Grain: one row per segment, month, attributed unit, model and channel group.
with

acquisitions as (

    select * from {{ ref('int_acquisitions_collected') }}

),

touches as (

    select * from {{ ref('int_touches_credited') }}

),

models as (

    select listed.attribution_model

    from (
        values ('first'), ('last'), ('linear')
    ) as listed (attribution_model)

),

credits as (

    -- What a touch of the linear model gets is the difference of two rounded sums, so
    -- that the touches of a unit add up to it to the last digit.
    select
        acquisitions.segment_id,
        acquisitions.acquired_unit,
        models.attribution_model,
        acquisitions.acquired_month,
        coalesce(touches.channel_group, 'unattributed') as channel_group,
        case
            when models.attribution_model = 'linear' and touches.touch_count > 1
                then
                    {{ running_share('1', 'touch_number', 'touch_count', 6) }}
                    - {{ running_share('1', 'touch_number - 1', 'touch_count', 6) }}
            else 1
        end as credited_count,
        case
            when models.attribution_model = 'linear' and touches.touch_count > 1
                then
                    {{ running_share(
                        'acquired_amount', 'touch_number', 'touch_count', 4
                    ) }}
                    - {{ running_share(
                        'acquired_amount', 'touch_number - 1', 'touch_count', 4
                    ) }}
            else acquisitions.acquired_amount
        end as credited_amount

    from acquisitions

    cross join models

    left join touches
        on acquisitions.acquired_unit = touches.acquired_unit
        and acquisitions.acquisition_key = touches.acquisition_key
        and (
            models.attribution_model = 'linear'
            or (models.attribution_model = 'first' and touches.first_touch_rank = 1)
            or (
                models.attribution_model = 'last'
                and touches.touch_number = touches.touch_count
            )
        )

),

named_credits as (

    select * from credits

    union all

    -- What is not attributed has its row in every month, also when it is nothing.
    select
        acquisitions.segment_id,
        acquisitions.acquired_unit,
        models.attribution_model,
        acquisitions.acquired_month,
        'unattributed' as channel_group,
        0 as credited_count,
        0 as credited_amount

    from acquisitions

    cross join models

    group by
        acquisitions.segment_id,
        acquisitions.acquired_unit,
        models.attribution_model,
        acquisitions.acquired_month

),

totals as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        acquired_unit,
        attribution_model,
        channel_group,
        sum(credited_count) as credited_count,
        coalesce(sum(credited_amount), 0) as credited_amount,
        acquired_month

    from named_credits

    group by
        acquired_unit,
        attribution_model,
        channel_group,
        acquired_month,
        cube(segment_id)

)

select
    segment_id,
    acquired_unit,
    attribution_model,
    channel_group,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(credited_count as decimal(18, 6)) as credited_count,
    cast(credited_amount as decimal(18, 4)) as credited_amount,
    {{ months_later('acquired_month', 1) }} <= {{ as_of() }} as is_complete,
    acquired_month

from totals
