-- Grain: one row per segment and run of months that are surges.
with

months as (

    select * from {{ ref('verdict_surge_and_fade__month') }}

),

surge_months as (

    select
        segment_id,
        new_customer_count,
        z_score,
        acquired_month,
        -- The same month for all months of a run.
        {{ months_later(
            'acquired_month',
            '-cast(row_number() over ('
            ~ 'partition by segment_id order by acquired_month) as integer)'
        ) }} as run_month

    from months

    where is_surge

)

select
    segment_id,
    {{ month_label('min(acquired_month)') }} as episode_label,
    count(*) as surge_month_count,
    cast(sum(new_customer_count) as bigint) as new_customer_count,
    min_by(z_score, acquired_month) as first_z_score,
    min(acquired_month) as episode_start_month,
    max(acquired_month) as episode_end_month

from surge_months

group by segment_id, run_month
