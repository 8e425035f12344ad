{{ config(meta={'dagster': {'ref': {'name': 'verdict_surge_and_fade'}}}) }}
{#- Every surge month lies in one surge and every month of a surge is one, all customers
    of these months are compared at each horizon on some contract type, and nothing is
    decided before its horizon is over. -#}
with

verdicts as (

    select * from {{ ref('verdict_surge_and_fade') }}

),

months as (

    select * from {{ ref('verdict_surge_and_fade__month') }}

),

horizons as (

    select * from {{ ref('verdict_surge_and_fade__horizon') }}

),

surges as (

    select *

    from verdicts

    where episode_label <> 'none'

),

months_of_surges as (

    select
        surges.segment_id,
        surges.episode_label,
        count(months.acquired_month) filter (where months.is_surge)
            as found_month_count,
        count(months.acquired_month) as month_count,
        sum(months.new_customer_count) as found_customer_count

    from surges

    left join months
        on surges.segment_id = months.segment_id
        and surges.episode_start_month <= months.acquired_month
        and surges.episode_end_month >= months.acquired_month

    group by surges.segment_id, surges.episode_label

),

customers_at_horizons as (

    select
        segment_id,
        episode_label,
        horizon_months,
        sum(surge_customer_count) as surge_customer_count

    from horizons

    group by segment_id, episode_label, horizon_months

),

fewest_and_most as (

    select
        segment_id,
        episode_label,
        min(surge_customer_count) as fewest_count,
        max(surge_customer_count) as most_count

    from customers_at_horizons

    group by segment_id, episode_label

),

homeless_months as (

    select
        months.segment_id,
        'a surge month is in no surge' as failure,
        months.acquired_month as found_month

    from months

    left join surges
        on months.segment_id = surges.segment_id
        and months.acquired_month >= surges.episode_start_month
        and months.acquired_month <= surges.episode_end_month

    where
        months.is_surge
        and surges.segment_id is null

),

judged_surges as (

    select
        surges.segment_id,
        case
            when
                months_of_surges.found_month_count <> months_of_surges.month_count
                or months_of_surges.found_month_count <> surges.surge_month_count
                then 'a month of a surge is none'
            when
                surges.new_customer_count <> months_of_surges.found_customer_count
                or surges.new_customer_count
                <> coalesce(fewest_and_most.fewest_count, 0)
                or surges.new_customer_count <> coalesce(fewest_and_most.most_count, 0)
                then 'customers of a surge do not add up'
            when
                surges.verdict in ('held', 'surge_without_fit')
                and surges.complete_date > surges.as_of_date
                then 'a surge is decided before its horizon is over'
        end as failure,
        surges.episode_start_month as found_month

    from surges

    inner join months_of_surges
        on surges.segment_id = months_of_surges.segment_id
        and surges.episode_label = months_of_surges.episode_label

    left join fewest_and_most
        on surges.segment_id = fewest_and_most.segment_id
        and surges.episode_label = fewest_and_most.episode_label

)

select
    segment_id,
    failure,
    found_month

from judged_surges

where failure is not null

union all

select
    segment_id,
    failure,
    found_month

from homeless_months
