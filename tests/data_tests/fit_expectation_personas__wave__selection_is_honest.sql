{#- What was selected and the rest are all, a lift lies within its interval, and only
    what was selected on the very wave that is counted is called biased. -#}
with

personas as (

    select * from {{ ref('fit_expectation_personas__wave') }}

),

samples as (

    select
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        sample_basis,
        sum(answered) filter (where scope = 'persona') as answered_by_persona,
        coalesce(sum(answered) filter (where scope in ('selected', 'rest')), 0)
            as answered_by_selection,
        sum(answered) filter (where scope = 'all') as answered

    from personas

    group by
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        sample_basis

)

select
    segment_id,
    survey_id,
    wave_id,
    sample_basis,
    'the personas or the selected and the rest are not all' as failure

from samples

where
    answered_by_persona <> answered
    or answered_by_selection <> answered

union all

select
    segment_id,
    survey_id,
    wave_id,
    sample_basis,
    case
        when is_selection_biased <> (wave_id = selection_wave_id)
            then 'a biased selection is not called so, or an honest one is'
        when lift < lift_low or lift > lift_high
            then 'a lift lies outside of its interval'
    end as failure

from personas

where
    is_selection_biased <> (wave_id = selection_wave_id)
    or lift < lift_low
    or lift > lift_high
