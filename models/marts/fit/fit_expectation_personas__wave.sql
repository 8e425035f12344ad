-- Grain: one row per segment, survey, wave, question family, survey type, sample, scope
-- and persona.
with

counted as (

    select * from {{ ref('int_persona_answers_counted') }}

),

selections as (

    select * from {{ ref('int_personas_selected') }}

),

waves as (

    select * from {{ ref('dim_survey_waves') }}

),

estimated as (

    select
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        selection_wave_id,
        sample_basis,
        scope,
        persona,
        main_benefit,
        account_count,
        answered,
        very_disappointed_count,
        somewhat_count,
        convertible_count,
        {{ wilson_interval(
            'very_disappointed_count', 'answered', 'effective_size', 'account_count'
        ) }}

    from counted

),

others as (

    -- What a group is compared with: a persona and everybody with all others, by the
    -- counts, the selected with the rest, by the intervals too.
    select
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        sample_basis,
        max(estimate) filter (where scope = 'all') as all_estimate,
        max(answered) filter (where scope = 'all') as all_answered,
        max(answered) filter (where scope = 'rest') as rest_answered,
        max(estimate) filter (where scope = 'rest') as rest_estimate,
        max(ci_low) filter (where scope = 'rest') as rest_low,
        max(ci_high) filter (where scope = 'rest') as rest_high

    from estimated

    group by
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        sample_basis

),

compared as (

    select
        estimated.*,
        selections.is_selected,
        selections.very_disappointed_share_rate,
        selections.answered_share_rate,
        others.all_estimate,
        case when estimated.scope = 'selected' then others.rest_estimate end
            as rest_estimate,
        case when estimated.scope = 'selected' then others.rest_low end as rest_low,
        case when estimated.scope = 'selected' then others.rest_high end as rest_high,
        {{ safe_divide('others.rest_answered', 'others.all_answered') }}
            as rest_share_rate,
        waves.is_complete

    from estimated

    inner join others
        on estimated.segment_id = others.segment_id
        and estimated.survey_id = others.survey_id
        and estimated.wave_id = others.wave_id
        and estimated.question_family = others.question_family
        and estimated.survey_type = others.survey_type
        and estimated.sample_basis = others.sample_basis

    inner join waves
        on estimated.survey_id = waves.survey_id
        and estimated.wave_id = waves.wave_id

    left join selections
        on estimated.segment_id = selections.segment_id
        and estimated.survey_id = selections.survey_id
        and estimated.selection_wave_id = selections.wave_id
        and estimated.question_family = selections.question_family
        and estimated.survey_type = selections.survey_type
        and estimated.persona = selections.persona
        and estimated.scope = 'persona'

)

select
    segment_id,
    survey_id,
    wave_id,
    question_family,
    survey_type,
    sample_basis,
    scope,
    persona,
    selection_wave_id,
    main_benefit,
    answered,
    account_count,
    somewhat_count,
    convertible_count,
    very_disappointed_share_rate,
    {{ safe_divide('very_disappointed_share_rate', 'answered_share_rate') }}
        as over_representation_ratio,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    -- Everybody is the selected and the rest: the lift over everybody is the difference
    -- to the rest, times the share that the rest has.
    estimate - all_estimate as lift,
    rest_share_rate * ({{ difference_bound(
        'estimate', 'ci_low', 'ci_high', 'rest_estimate', 'rest_low', 'rest_high', 'low'
    ) }}) as lift_low,
    rest_share_rate * ({{ difference_bound(
        'estimate', 'ci_low', 'ci_high', 'rest_estimate', 'rest_low', 'rest_high',
        'high'
    ) }}) as lift_high,
    case
        when not {{ is_suppressed('somewhat_count') }}
            then {{ safe_divide('convertible_count', 'somewhat_count') }}
    end as convertible_rate,
    case
        when not {{ is_suppressed('somewhat_count') }}
            then {{ wilson_bound('convertible_count', 'somewhat_count', 'low') }}
    end as convertible_low,
    case
        when not {{ is_suppressed('somewhat_count') }}
            then {{ wilson_bound('convertible_count', 'somewhat_count', 'high') }}
    end as convertible_high,
    coalesce(is_selected, scope = 'selected') as is_selected,
    sample_basis = 'same_wave' as is_selection_biased,
    is_min_n_met,
    is_complete

from compared
