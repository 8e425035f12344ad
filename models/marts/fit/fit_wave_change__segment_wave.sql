-- Grain: one row per segment, survey, wave, question kind, family, scale, type and
-- weighting.
with

pmf_scores as (

    select * from {{ ref('fit_pmf_score__segment_wave') }}

),

nps_scores as (

    select * from {{ ref('fit_nps__segment_wave') }}

),

csat_scores as (

    select * from {{ ref('fit_csat__segment_wave') }}

),

waves as (

    select * from {{ ref('dim_survey_waves') }}

),

fielded as (

    select * from {{ ref('int_waves_fielded') }}

),

pairs as (

    select * from {{ ref('int_respondents_paired') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

thresholds_of_change as (

    select
        max(value) filter (where threshold_id = 'channel_mix_change')
            as most_mix_change,
        max(value) filter (where threshold_id = 'paired_overlap') as least_overlap

    from thresholds

),

scores as (

    select
        segment_id,
        survey_id,
        wave_id,
        'pmf' as question_kind,
        question_family,
        'pmf' as scale_id,
        survey_type,
        weighting,
        eligibility_rule,
        answered,
        estimate,
        ci_low,
        ci_high,
        n_effective,
        is_min_n_met,
        is_complete

    from pmf_scores

    union all

    select
        segment_id,
        survey_id,
        wave_id,
        'nps' as question_kind,
        question_family,
        '0-10' as scale_id,
        survey_type,
        'none' as weighting,
        'everybody' as eligibility_rule,
        answered,
        estimate,
        ci_low,
        ci_high,
        n_effective,
        is_min_n_met,
        is_complete

    from nps_scores

    union all

    select
        segment_id,
        survey_id,
        wave_id,
        'csat' as question_kind,
        question_family,
        scale_id,
        survey_type,
        'none' as weighting,
        'everybody' as eligibility_rule,
        answered,
        estimate,
        ci_low,
        ci_high,
        n_effective,
        is_min_n_met,
        is_complete

    from csat_scores

),

scores_in_order as (

    select
        scores.*,
        waves.wave_number

    from scores

    inner join waves
        on scores.survey_id = waves.survey_id
        and scores.wave_id = waves.wave_id

),

fielded_in_order as (

    select
        fielded.*,
        waves.wave_number

    from fielded

    inner join waves
        on fielded.survey_id = waves.survey_id
        and fielded.wave_id = waves.wave_id

),

mix_changes as (

    -- Half the sum of what shares of channels changed by: 0 alike, 1 nothing in common.
    select
        coalesce(fielded_now.survey_id, fielded_before.survey_id) as survey_id,
        coalesce(fielded_now.wave_number, fielded_before.wave_number + 1)
            as wave_number,
        coalesce(fielded_now.question_kind, fielded_before.question_kind)
            as question_kind,
        coalesce(fielded_now.question_family, fielded_before.question_family)
            as question_family,
        coalesce(fielded_now.scale_id, fielded_before.scale_id) as scale_id,
        coalesce(fielded_now.survey_type, fielded_before.survey_type) as survey_type,
        sum(
            abs(
                coalesce(fielded_now.channel_rate, 0)
                - coalesce(fielded_before.channel_rate, 0)
            )
        )
        / 2 as mix_change,
        min(least(fielded_now.first_wording, fielded_before.first_wording))
            as first_wording,
        max(greatest(fielded_now.last_wording, fielded_before.last_wording))
            as last_wording

    from fielded_in_order as fielded_now

    full outer join fielded_in_order as fielded_before
        on fielded_now.survey_id = fielded_before.survey_id
        and fielded_now.wave_number = fielded_before.wave_number + 1
        and fielded_now.question_kind = fielded_before.question_kind
        and fielded_now.question_family = fielded_before.question_family
        and fielded_now.scale_id = fielded_before.scale_id
        and fielded_now.survey_type = fielded_before.survey_type
        and fielded_now.channel = fielded_before.channel

    group by
        coalesce(fielded_now.survey_id, fielded_before.survey_id),
        coalesce(fielded_now.wave_number, fielded_before.wave_number + 1),
        coalesce(fielded_now.question_kind, fielded_before.question_kind),
        coalesce(fielded_now.question_family, fielded_before.question_family),
        coalesce(fielded_now.scale_id, fielded_before.scale_id),
        coalesce(fielded_now.survey_type, fielded_before.survey_type)

),

changes as (

    select
        scores_now.segment_id,
        scores_now.survey_id,
        scores_now.wave_id,
        scores_before.wave_id as previous_wave_id,
        scores_now.question_kind,
        scores_now.question_family,
        scores_now.scale_id,
        scores_now.survey_type,
        scores_now.weighting,
        scores_now.answered,
        scores_before.answered as previous_answered,
        scores_now.estimate as score,
        scores_before.estimate as previous_score,
        scores_now.estimate - scores_before.estimate as estimate,
        {{ difference_bound(
            'scores_now.estimate', 'scores_now.ci_low', 'scores_now.ci_high',
            'scores_before.estimate', 'scores_before.ci_low', 'scores_before.ci_high',
            'low'
        ) }} as ci_low,
        {{ difference_bound(
            'scores_now.estimate', 'scores_now.ci_low', 'scores_now.ci_high',
            'scores_before.estimate', 'scores_before.ci_low', 'scores_before.ci_high',
            'high'
        ) }} as ci_high,
        least(scores_now.n_effective, scores_before.n_effective) as n_effective,
        scores_now.is_min_n_met and scores_before.is_min_n_met as is_min_n_met,
        scores_now.is_complete,
        case
            when scores_now.eligibility_rule <> scores_before.eligibility_rule
                then 'eligibility'
            when mix_changes.first_wording <> mix_changes.last_wording then 'wording'
            when mix_changes.mix_change > thresholds_of_change.most_mix_change
                then 'channel_mix'
        end as not_comparable_reason,
        mix_changes.mix_change as channel_mix_change_rate,
        case
            when scores_now.weighting = 'none' then coalesce(pairs.pair_count, 0)
        end as pair_count,
        pairs.gained_count,
        pairs.lost_count,
        case
            when
                scores_now.weighting = 'none'
                and scores_now.question_kind <> 'nps'
                and pairs.pair_count
                > thresholds_of_change.least_overlap
                * least(scores_now.answered, scores_before.answered)
                then true
        end as is_paired,
        -- As large as two equal samples would be that tell as much.
        2 / (1 / scores_now.n_effective + 1 / scores_before.n_effective)
            as size_of_each

    from scores_in_order as scores_now

    inner join scores_in_order as scores_before
        on scores_now.segment_id = scores_before.segment_id
        and scores_now.survey_id = scores_before.survey_id
        and scores_now.wave_number = scores_before.wave_number + 1
        and scores_now.question_kind = scores_before.question_kind
        and scores_now.question_family = scores_before.question_family
        and scores_now.scale_id = scores_before.scale_id
        and scores_now.survey_type = scores_before.survey_type
        and scores_now.weighting = scores_before.weighting

    cross join thresholds_of_change

    left join mix_changes
        on scores_now.survey_id = mix_changes.survey_id
        and scores_now.wave_number = mix_changes.wave_number
        and scores_now.question_kind = mix_changes.question_kind
        and scores_now.question_family = mix_changes.question_family
        and scores_now.scale_id = mix_changes.scale_id
        and scores_now.survey_type = mix_changes.survey_type

    left join pairs
        on scores_now.segment_id = pairs.segment_id
        and scores_now.survey_id = pairs.survey_id
        and scores_now.wave_id = pairs.wave_id
        and scores_now.question_kind = pairs.question_kind
        and scores_now.question_family = pairs.question_family
        and scores_now.scale_id = pairs.scale_id
        and scores_now.survey_type = pairs.survey_type

),

rises_0 as (

    select
        *,
        cast(0 as double) as rise_0,
        cast(greatest(gained_count, lost_count) as double) as mcnemar_a,
        cast(least(gained_count, lost_count) + 1 as double) as mcnemar_b,
        0.5e0 as mcnemar_x

    from changes

),

{% for step in range(1, 6) -%}

rises_{{ step }} as (

    -- Bounded, since nothing rises above everything; a score is no share.
    select
        *,
        case
            when question_kind <> 'nps'
                then
                    least(
                        {{ detectable_rise(
                            'previous_score', 'size_of_each', 'rise_' ~ (step - 1)
                        ) }},
                        1 - previous_score
                    )
        end as rise_{{ step }}

    from rises_{{ step - 1 }}

),

{% endfor -%}

changes_judged as (

    select
        *,
        case
            when is_paired
                then cast(gained_count - lost_count as double) / pair_count
        end as paired_estimate,
        case
            when is_paired and gained_count + lost_count = 0 then 1e0
            when is_paired
                then
                    least(
                        2
                        * {{ incomplete_beta('mcnemar_a', 'mcnemar_b', 'mcnemar_x') }},
                        1e0
                    )
        end as mcnemar_p_value

    from rises_5

)

select
    segment_id,
    survey_id,
    wave_id,
    previous_wave_id,
    question_kind,
    question_family,
    scale_id,
    survey_type,
    weighting,
    case
        when not_comparable_reason is not null then 'not_comparable'
        when not is_min_n_met then 'insufficient'
        when ci_low > 0 then 'rose'
        when ci_high < 0 then 'fell'
        else 'undetermined'
    end as verdict,
    not_comparable_reason,
    answered,
    previous_answered,
    pair_count,
    case when is_paired then gained_count end as gained_count,
    case when is_paired then lost_count end as lost_count,
    score,
    previous_score,
    case when not_comparable_reason is null then estimate end as estimate,
    case when not_comparable_reason is null then ci_low end as ci_low,
    case when not_comparable_reason is null then ci_high end as ci_high,
    case when question_kind = 'nps' then 'square_and_add' else 'newcombe' end
        as ci_method,
    n_effective,
    case
        when previous_score + rise_5 < 1 then rise_5
    end as detectable_rise,
    channel_mix_change_rate,
    paired_estimate,
    mcnemar_p_value,
    coalesce(is_paired, false) as is_paired,
    is_min_n_met,
    is_complete

from changes_judged
