{#- Who is at risk at an age was at risk at the one before, neither churned nor was
    last seen then, or was first seen then; and a curve has every age from 0 on. -#}
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
        at_risk_count,
        event_count,
        censored_count,
        entered_count,
        lag(age) over curve as previous_age,
        lag(at_risk_count - event_count - censored_count + entered_count) over curve
            as remaining_count

    from curves

    window curve as (
        partition by segment_id, contract_type, survival_basis
        order by age
    )

),

judged as (

    select
        case
            when coalesce(previous_age, -1) <> age - 1 then 'an age is missing'
            when remaining_count <> at_risk_count
                then 'the risk set is not what remained of the one before'
            when event_count + censored_count > at_risk_count + entered_count
                then 'more leave than were there'
        end as failure,
        *

    from curves_with_previous

)

select * from judged

where failure is not null
