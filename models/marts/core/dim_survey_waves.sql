-- Grain: one row per survey and wave.
with

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

declared_waves as (

    select * from {{ ref('survey_waves') }}

),

declared_surveys as (

    -- A survey is declared by any number of waves.
    select distinct survey_id from declared_waves

),

undeclared_quarters as (

    -- One row per survey and quarter, whatever the number of responses.
    select distinct
        responses.survey_id,
        {{ dbt.date_trunc('quarter', 'responses.submitted_local_at') }}
            as quarter_start

    from responses

    left join declared_surveys
        on responses.survey_id = declared_surveys.survey_id

    where
        declared_surveys.survey_id is null
        and responses.submitted_date < {{ as_of() }}

),

waves as (

    select
        survey_id,
        wave_id,
        true as is_declared,
        opens_at as opens_local_at,
        closes_at as closes_local_at

    from declared_waves

    where opens_at < {{ as_of() }}

    union all

    select
        survey_id,
        survey_id
        || ':'
        || cast(extract('year' from quarter_start) as varchar)
        || 'Q'
        || cast(extract('quarter' from quarter_start) as varchar) as wave_id,
        false as is_declared,
        cast(quarter_start as timestamp) as opens_local_at,
        cast({{ dbt.dateadd('month', 3, 'quarter_start') }} as timestamp)
            as closes_local_at

    from undeclared_quarters

)

select
    survey_id,
    wave_id,
    row_number() over (
        partition by survey_id
        order by opens_local_at, wave_id
    ) as wave_number,
    is_declared,
    closes_local_at <= {{ as_of() }} as is_complete,
    opens_local_at,
    closes_local_at

from waves
