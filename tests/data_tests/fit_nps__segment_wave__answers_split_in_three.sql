{#- Promoters, passives and detractors are all who answered. -#}
select
    segment_id,
    survey_id,
    wave_id,
    question_family,
    survey_type,
    promoters,
    passives,
    detractors,
    answered

from {{ ref('fit_nps__segment_wave') }}

where promoters + passives + detractors <> answered
