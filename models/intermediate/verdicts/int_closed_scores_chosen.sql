-- Grain: one row per segment, survey, question family, survey type and wave that has
-- closed and has a score.
with

scores as (

    select * from {{ ref('fit_pmf_score__segment_wave') }}

),

waves as (

    select * from {{ ref('dim_survey_waves') }}

)

select
    scores.segment_id,
    scores.survey_id,
    scores.question_family,
    scores.survey_type,
    scores.wave_id,
    scores.weighting,
    scores.estimate as pmf_score,
    cast(waves.closes_local_at as date) as closes_date,
    waves.closes_local_at

from scores

inner join waves
    on scores.survey_id = waves.survey_id
    and scores.wave_id = waves.wave_id

where
    waves.is_complete
    and scores.weighting in ('logo', 'none')
    and scores.estimate is not null

-- The weighted score where there is one.
qualify row_number() over (
    partition by
        scores.segment_id,
        scores.survey_id,
        scores.question_family,
        scores.survey_type,
        scores.wave_id
    order by case scores.weighting when 'logo' then 1 else 2 end
) = 1
