{#- Each window holds the gains and losses of its three months, and every segment with
    revenue has one once there are three months of movements. -#}
{{ config(meta={'dagster': {'ref': {'name': 'sales_quick_ratio__month'}}}) }}

with

ratios as (

    select * from {{ ref('sales_quick_ratio__month') }}

),

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

movements as (

    select * from {{ ref('fct_mrr_movements') }}

),

segments as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        mrr_month

    from customer_months

    where mrr_amount > 0

    group by mrr_month, cube(segment_id)

),

first_months as (

    select min(mrr_month) as first_month

    from segments

),

monthly_movements as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        mrr_month,
        sum(case when amount > 0 then amount else 0 end) as gained_amount,
        sum(case when amount < 0 then -amount else 0 end) as lost_amount

    from movements

    where movement not in ('opening', 'fx')

    group by mrr_month, cube(segment_id)

),

window_sums as (

    select
        ratios.segment_id,
        ratios.mrr_month,
        ratios.numerator,
        ratios.denominator,
        coalesce(sum(monthly_movements.gained_amount), 0) as gained_amount,
        coalesce(sum(monthly_movements.lost_amount), 0) as lost_amount

    from ratios

    left join monthly_movements
        on ratios.segment_id = monthly_movements.segment_id
        and ratios.window_start_month <= monthly_movements.mrr_month
        and ratios.mrr_month >= monthly_movements.mrr_month

    group by
        ratios.segment_id,
        ratios.mrr_month,
        ratios.numerator,
        ratios.denominator

),

judged_windows as (

    select
        case
            when abs(numerator - gained_amount) > 0.001
                then 'the gains are not those of the three months'
            when abs(denominator - lost_amount) > 0.001
                then 'the losses are not those of the three months'
        end as failure,
        segment_id,
        mrr_month

    from window_sums

),

judged_segments as (

    select
        'a segment with revenue has no row' as failure,
        segments.segment_id,
        segments.mrr_month

    from segments

    cross join first_months

    left join ratios
        on segments.segment_id = ratios.segment_id
        and segments.mrr_month = ratios.mrr_month

    where
        {{ months_later('segments.mrr_month', -2) }} > first_months.first_month
        and ratios.segment_id is null

),

judged as (

    select * from judged_windows
    union all
    select * from judged_segments

)

select * from judged

where failure is not null
