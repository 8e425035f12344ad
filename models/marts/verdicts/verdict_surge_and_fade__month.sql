-- Grain: one row per segment and complete month, from its first new customer on.
with

months as (

    select * from {{ ref('int_new_customers_counted') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

thresholds_of_surges as (

    select
        max(value) filter (where threshold_id = 'surge_history_months')
            as history_months,
        max(value) filter (where threshold_id = 'surge_least_history_months')
            as least_history_months,
        max(value) filter (where threshold_id = 'surge_z') as least_z,
        max(value) filter (where threshold_id = 'surge_ratio') as least_ratio,
        max(value) filter (where threshold_id = 'surge_least_count') as least_count

    from thresholds

),

months_before as (

    -- Surges of the year before are among them: the median bears up to half of them.
    select
        months.segment_id,
        months.acquired_month,
        earlier_months.new_customer_count

    from months

    cross join thresholds_of_surges

    inner join months as earlier_months
        on months.segment_id = earlier_months.segment_id
        and months.acquired_month > earlier_months.acquired_month
        and months.acquired_month <= {{ months_later(
            'earlier_months.acquired_month',
            'cast(thresholds_of_surges.history_months as integer)'
        ) }}

),

medians as (

    select
        segment_id,
        acquired_month,
        count(*) as history_month_count,
        percentile_cont(0.5) within group (order by new_customer_count)
            as median_count

    from months_before

    group by segment_id, acquired_month

),

deviations as (

    select
        months_before.segment_id,
        months_before.acquired_month,
        percentile_cont(0.5) within group (
            order by abs(months_before.new_customer_count - medians.median_count)
        ) as median_absolute_deviation

    from months_before

    inner join medians
        on months_before.segment_id = medians.segment_id
        and months_before.acquired_month = medians.acquired_month

    group by months_before.segment_id, months_before.acquired_month

),

months_compared as (

    select
        months.segment_id,
        months.new_customer_count,
        coalesce(medians.history_month_count, 0) as history_month_count,
        medians.median_count,
        deviations.median_absolute_deviation,
        coalesce(
            medians.history_month_count >= thresholds_of_surges.least_history_months,
            false
        ) as is_assessable,
        months.acquired_month

    from months

    cross join thresholds_of_surges

    left join medians
        on months.segment_id = medians.segment_id
        and months.acquired_month = medians.acquired_month

    left join deviations
        on months.segment_id = deviations.segment_id
        and months.acquired_month = deviations.acquired_month

),

months_scored as (

    select
        *,
        case
            when is_assessable
                then
                    (new_customer_count - median_count)
                    -- 1.4826 makes it the standard deviation of normal counts; the
                    -- root is that of Poisson counts, which no spread falls short of.
                    / greatest(
                        1.4826e0 * median_absolute_deviation, sqrt(median_count), 1e0
                    )
        end as z_score

    from months_compared

)

select
    months_scored.segment_id,
    cast(months_scored.new_customer_count as bigint) as new_customer_count,
    cast(months_scored.history_month_count as bigint) as history_month_count,
    cast(months_scored.median_count as double) as median_count,
    cast(months_scored.median_absolute_deviation as double)
        as median_absolute_deviation,
    cast(months_scored.z_score as double) as z_score,
    months_scored.is_assessable,
    coalesce(
        months_scored.z_score >= thresholds_of_surges.least_z
        and months_scored.new_customer_count
        >= thresholds_of_surges.least_ratio * months_scored.median_count
        and months_scored.new_customer_count >= thresholds_of_surges.least_count,
        false
    ) as is_surge,
    months_scored.acquired_month

from months_scored

cross join thresholds_of_surges
