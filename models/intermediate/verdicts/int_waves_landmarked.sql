-- Grain: one row per survey and wave that is over.
with

waves as (

    select * from {{ ref('dim_survey_waves') }}

),

wave_ends as (

    select
        survey_id,
        wave_id,
        cast(closes_local_at as date) as closes_date,
        {{ month_of('closes_local_at') }} as month_of_close

    from waves

    where is_complete

)

select
    survey_id,
    wave_id,
    -- The last month that had ended when the wave closed; one that closes in a month
    -- is looked at from the end of that month on.
    case
        when closes_date = month_of_close
            then {{ months_later('month_of_close', -1) }}
        else month_of_close
    end as landmark_month

from wave_ends
