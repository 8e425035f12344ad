{#- A curve starts at 1, never rises, and falls by the share of those at risk that
    churn; once too few are at risk it is not taken up again. -#}
with

curves as (

    select * from {{ ref('fit_survival__segment_month') }}

),

curves_with_previous as (

    select
        segment_id,
        contract_type,
        survival_basis,
        age,
        numerator,
        denominator,
        estimate,
        lag(estimate) over curve as previous_estimate

    from curves

    window curve as (
        partition by segment_id, contract_type, survival_basis
        order by age
    )

),

judged as (

    select
        case
            when age = 0 and estimate <> 1 then 'the curve does not start at 1'
            when age > 0 and previous_estimate is null and estimate is not null
                then 'the curve is taken up again'
            -- a product of more factors may round otherwise
            when estimate > previous_estimate + 1e-12 then 'the curve rises'
            when
                abs(estimate - previous_estimate * numerator / nullif(denominator, 0))
                > 1e-9
                then 'the curve does not fall by the share that churns'
        end as failure,
        *

    from curves_with_previous

)

select * from judged

where failure is not null
