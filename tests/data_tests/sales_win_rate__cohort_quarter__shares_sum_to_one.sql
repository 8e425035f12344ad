{#- Won, lost and still open are all that can become of a deal, and with more time
    nothing that was decided is undecided again. -#}
with

win_rates as (

    select * from {{ ref('sales_win_rate__cohort_quarter') }}

),

win_rates_with_previous as (

    select
        segment_id,
        cohort_label,
        opportunity_type,
        horizon_days,
        estimate,
        lost_rate,
        open_rate,
        lag(estimate) over horizons as previous_estimate,
        lag(lost_rate) over horizons as previous_lost_rate

    from win_rates

    window horizons as (
        partition by segment_id, cohort_label, opportunity_type
        order by horizon_days
    )

),

judged as (

    select
        case
            when
                (estimate is null) <> (lost_rate is null)
                or (estimate is null) <> (open_rate is null)
                then 'one of the three shares is missing'
            when abs(estimate + lost_rate + open_rate - 1) > 1e-9
                then 'the shares do not sum to 1'
            when estimate < previous_estimate - 1e-9
                then 'fewer are won with more time'
            when lost_rate < previous_lost_rate - 1e-9
                then 'fewer are lost with more time'
        end as failure,
        *

    from win_rates_with_previous

)

select * from judged

where failure is not null
