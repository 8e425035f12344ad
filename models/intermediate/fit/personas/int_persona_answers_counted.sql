-- Grain: one row per segment, survey, wave, question family, survey type, sample, scope
-- and persona.
with

answers as (

    select * from {{ ref('int_pmf_answers_described') }}

),

selections as (

    select * from {{ ref('int_personas_selected') }}

),

selecting_waves as (

    select
        segment_id,
        survey_id,
        wave_id as selection_wave_id,
        wave_number,
        question_family,
        survey_type,
        max(main_benefit) as main_benefit

    from selections

    group by
        segment_id,
        survey_id,
        wave_id,
        wave_number,
        question_family,
        survey_type

),

answers_of_populations as (

    select
        case when totals.is_total then 'all' else answers.segment_id end
            as segment_id,
        answers.survey_id,
        answers.wave_id,
        answers.wave_number,
        answers.question_family,
        answers.survey_type,
        answers.persona,
        answers.cluster_key,
        answers.answer_code,
        answers.answer_score,
        answers.main_benefit

    from answers

    cross join (
        values
        (true), (false)
    ) as totals (is_total)

    where answers.persona is not null

),

answers_of_samples as (

    -- Selected on one wave, looked at on the next; on the same one only to show by how
    -- much that flatters.
    select
        selecting_waves.segment_id,
        answers_of_populations.survey_id,
        answers_of_populations.wave_id,
        answers_of_populations.question_family,
        answers_of_populations.survey_type,
        selecting_waves.selection_wave_id,
        samples.sample_basis,
        selections.is_selected,
        answers_of_populations.persona,
        answers_of_populations.cluster_key,
        answers_of_populations.answer_code,
        answers_of_populations.answer_score,
        answers_of_populations.main_benefit = selecting_waves.main_benefit
            as has_main_benefit,
        selecting_waves.main_benefit

    from answers_of_populations

    cross join (
        values
        ('same_wave', 0), ('next_wave', 1)
    ) as samples (sample_basis, wave_count)

    inner join selecting_waves
        on answers_of_populations.segment_id = selecting_waves.segment_id
        and answers_of_populations.survey_id = selecting_waves.survey_id
        and answers_of_populations.wave_number
        = selecting_waves.wave_number + samples.wave_count
        and answers_of_populations.question_family = selecting_waves.question_family
        and answers_of_populations.survey_type = selecting_waves.survey_type

    left join selections
        on selecting_waves.segment_id = selections.segment_id
        and selecting_waves.survey_id = selections.survey_id
        and selecting_waves.selection_wave_id = selections.wave_id
        and selecting_waves.question_family = selections.question_family
        and selecting_waves.survey_type = selections.survey_type
        and answers_of_populations.persona = selections.persona

),

clusters as (

    select
        answers_of_samples.segment_id,
        answers_of_samples.survey_id,
        answers_of_samples.wave_id,
        answers_of_samples.question_family,
        answers_of_samples.survey_type,
        answers_of_samples.selection_wave_id,
        answers_of_samples.sample_basis,
        scopes.scope,
        case
            when scopes.scope = 'persona' then answers_of_samples.persona
            else 'all'
        end as persona,
        answers_of_samples.cluster_key,
        max(answers_of_samples.main_benefit) as main_benefit,
        count(*) as answered,
        sum(answers_of_samples.answer_score) as score,
        count(*) filter (
            where answers_of_samples.answer_code = 'somewhat_disappointed'
        ) as somewhat_count,
        count(*) filter (
            where
            answers_of_samples.answer_code = 'somewhat_disappointed'
            and answers_of_samples.has_main_benefit
        ) as convertible_count

    from answers_of_samples

    inner join (
        values
        ('persona'), ('selected'), ('rest'), ('all')
    ) as scopes (scope)
        on case scopes.scope
            when 'selected' then coalesce(answers_of_samples.is_selected, false)
            when 'rest' then not coalesce(answers_of_samples.is_selected, false)
            else true
        end

    group by
        answers_of_samples.segment_id,
        answers_of_samples.survey_id,
        answers_of_samples.wave_id,
        answers_of_samples.question_family,
        answers_of_samples.survey_type,
        answers_of_samples.selection_wave_id,
        answers_of_samples.sample_basis,
        scopes.scope,
        case
            when scopes.scope = 'persona' then answers_of_samples.persona
            else 'all'
        end,
        answers_of_samples.cluster_key

),

totals as (

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
        max(main_benefit) as main_benefit,
        count(*) as account_count,
        cast(sum(answered) as bigint) as answered,
        cast(sum(score) as bigint) as very_disappointed_count,
        cast(sum(somewhat_count) as bigint) as somewhat_count,
        cast(sum(convertible_count) as bigint) as convertible_count,
        cast(sum(score * score) as double) as sum_yy,
        cast(sum(score * answered) as double) as sum_xy,
        cast(sum(answered * answered) as double) as sum_xx

    from clusters

    group by
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        selection_wave_id,
        sample_basis,
        scope,
        persona

)

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
    {{ clustered_size(
        'very_disappointed_count', 'answered', 'account_count', 'sum_yy', 'sum_xy',
        'sum_xx'
    ) }} as effective_size

from totals
