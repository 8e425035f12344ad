{#- What customers kept is never more than what they had, nor more than what they kept
    and added; and the two rates are shown or suppressed together. -#}
with

retention as (

    select * from {{ ref('sales_revenue_retention__month') }}

),

net_and_gross as (

    select
        segment_id,
        mrr_month,
        horizon_months,
        count(*) filter (where measure = 'nrr') as nrr_count,
        count(*) filter (where measure = 'grr') as grr_count,
        max(numerator) filter (where measure = 'nrr') as nrr_amount,
        max(numerator) filter (where measure = 'grr') as grr_amount,
        max(denominator) as base_amount,
        max(estimate) filter (where measure = 'nrr') as nrr,
        max(estimate) filter (where measure = 'grr') as grr

    from retention

    group by
        segment_id,
        mrr_month,
        horizon_months

),

judged as (

    select
        case
            when nrr_count <> 1 or grr_count <> 1 then 'one of the two is missing'
            when grr_amount > nrr_amount or grr > nrr then 'GRR is above NRR'
            when grr_amount > base_amount or grr > 1 then 'GRR is above 1'
            when (nrr is null) <> (grr is null) then 'only one of the two is shown'
        end as failure,
        *

    from net_and_gross

)

select * from judged

where failure is not null
