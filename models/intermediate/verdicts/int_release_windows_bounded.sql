-- Grain: one row per release.
with

releases as (

    select * from {{ ref('dim_releases') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

limits as (

    select
        cast(max(value) filter (where threshold_id = 'release_window_days') as integer)
            as window_days,
        cast(
            max(value) filter (where threshold_id = 'release_exposed_days') as integer
        ) as exposed_days

    from thresholds

),

windows as (

    select
        releases.release_key,
        releases.segment_id,
        releases.released_date,
        limits.exposed_days,
        -- Once the roll-out is over nobody is without the release.
        case
            when releases.rollout_end_date > releases.released_date
                then
                    least(
                        limits.window_days,
                        cast(
                            {{ dbt.datediff(
                                'releases.released_date', 'releases.rollout_end_date',
                                'day'
                            ) }} as integer
                        )
                    )
            else limits.window_days
        end as window_days

    from releases

    cross join limits

)

select
    release_key,
    segment_id,
    released_date,
    window_days,
    cast({{ dbt.dateadd('day', 'exposed_days', 'released_date') }} as date)
        as exposed_until_date,
    cast({{ dbt.dateadd('day', '-window_days', 'released_date') }} as date)
        as window_start_date,
    cast({{ dbt.dateadd('day', 'window_days', 'released_date') }} as date)
        as window_end_date

from windows
