{#- Over one month the retention of revenue is what the movements of the month make it:
    NRR = 1 + (expansion - contraction - churn) / begin, GRR = 1 - (contraction + churn)
    / begin. A change of half a cent or less is no movement, so that the amounts may
    differ by as much per customer. -#}
{{ config(meta={'dagster': {'ref': {'name': 'sales_revenue_retention__month'}}}) }}

with

retention as (

    select * from {{ ref('sales_revenue_retention__month') }}

),

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

movements as (

    select * from {{ ref('fct_mrr_movements') }}

),

beginnings as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        mrr_month,
        count(*) as customer_count,
        sum(opening_mrr_amount) as begin_amount

    from customer_months

    where opening_mrr_amount > 0

    group by mrr_month, cube(segment_id)

),

changes as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        mrr_month,
        sum(amount) as net_amount,
        sum(amount) filter (where movement <> 'expansion') as lost_amount

    from movements

    where movement in ('churn', 'contraction', 'expansion')

    group by mrr_month, cube(segment_id)

),

expected as (

    select
        beginnings.segment_id,
        beginnings.mrr_month,
        beginnings.customer_count,
        beginnings.begin_amount,
        beginnings.begin_amount + coalesce(changes.net_amount, 0) as nrr_amount,
        beginnings.begin_amount + coalesce(changes.lost_amount, 0) as grr_amount

    from beginnings

    left join changes
        on beginnings.segment_id = changes.segment_id
        and beginnings.mrr_month = changes.mrr_month

),

observed as (

    select
        segment_id,
        mrr_month,
        max(denominator) as begin_amount,
        max(numerator) filter (where measure = 'nrr') as nrr_amount,
        max(numerator) filter (where measure = 'grr') as grr_amount

    from retention

    where horizon_months = 1 and denominator > 0

    group by
        segment_id,
        mrr_month

),

judged as (

    select
        case
            when observed.mrr_month is null then 'there is no retention of the month'
            when expected.mrr_month is null then 'there is nothing to be retained'
            when abs(observed.begin_amount - expected.begin_amount) > 0.001
                then 'it does not begin with what customers paid'
            when
                abs(observed.nrr_amount - expected.nrr_amount)
                > 0.001 + 0.005 * expected.customer_count
                then 'NRR is not what the movements make it'
            when
                abs(observed.grr_amount - expected.grr_amount)
                > 0.001 + 0.005 * expected.customer_count
                then 'GRR is not what the movements make it'
        end as failure,
        coalesce(observed.segment_id, expected.segment_id) as segment_id,
        coalesce(observed.mrr_month, expected.mrr_month) as mrr_month,
        observed.begin_amount,
        observed.nrr_amount,
        observed.grr_amount,
        expected.begin_amount as expected_begin_amount,
        expected.nrr_amount as expected_nrr_amount,
        expected.grr_amount as expected_grr_amount

    from observed

    full join expected
        on observed.segment_id = expected.segment_id
        and observed.mrr_month = expected.mrr_month

)

select * from judged

where failure is not null
