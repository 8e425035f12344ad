-- Grain: one row per segment, survey, wave, question family and survey type.
with

answers as (

    select * from {{ ref('int_nps_answers_counted') }}

),

waves as (

    select * from {{ ref('dim_survey_waves') }}

),

answers_by_segment as (

    select
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        cluster_key,
        nps_points

    from answers

    union all

    select
        'all' as segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        cluster_key,
        nps_points

    from answers

),

clusters as (

    select
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        cluster_key,
        count(*) as answered,
        count(*) filter (where nps_points = 1) as promoters,
        count(*) filter (where nps_points = 0) as passives,
        count(*) filter (where nps_points = -1) as detractors,
        sum(nps_points) as points

    from answers_by_segment

    group by
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        cluster_key

),

totals as (

    select
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        count(*) as clusters,
        cast(sum(answered) as bigint) as answered,
        cast(sum(promoters) as bigint) as promoters,
        cast(sum(passives) as bigint) as passives,
        cast(sum(detractors) as bigint) as detractors,
        cast(sum(points) as double) as sum_y,
        cast(sum(points * points) as double) as sum_yy,
        cast(sum(points * answered) as double) as sum_xy,
        cast(sum(answered * answered) as double) as sum_xx

    from clusters

    group by segment_id, survey_id, wave_id, question_family, survey_type

),

variances as (

    -- metrics C9b: linearised variance of the mean, clustered by account
    select
        *,
        (promoters + detractors - sum_y * sum_y / answered) / answered
            as answer_variance,
        case
            when clusters > 1
                then (
                    sum_yy
                    - 2 * (sum_y / answered) * sum_xy
                    + (sum_y / answered) * (sum_y / answered) * sum_xx
                )
                * (cast(clusters as double) / (clusters - 1))
                / (cast(answered as double) * answered)
        end as clustered_variance

    from totals

),

sizes as (

    select
        *,
        case
            -- nobody shares an account, or nothing varies: the answers are the size
            when clusters = answered then cast(answered as double)
            when coalesce(clustered_variance, 0) <= 1e-12 then cast(answered as double)
            else least(cast(answered as double), answer_variance / clustered_variance)
        end as effective_size

    from variances

),

scores as (

    select
        segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        promoters,
        passives,
        detractors,
        answered,
        clusters as account_count,
        {{ nps_interval(
            'promoters',
            'detractors',
            'answered',
            n_effective='effective_size',
            clusters='clusters'
        ) }}

    from sizes

)

select
    scores.segment_id,
    scores.survey_id,
    scores.wave_id,
    scores.question_family,
    scores.survey_type,
    scores.promoters,
    scores.passives,
    scores.detractors,
    scores.answered,
    scores.account_count,
    scores.numerator,
    scores.denominator,
    scores.estimate,
    scores.ci_low,
    scores.ci_high,
    scores.ci_method,
    scores.n_effective,
    scores.is_min_n_met,
    waves.is_declared,
    waves.is_complete

from scores

inner join waves
    on scores.survey_id = waves.survey_id
    and scores.wave_id = waves.wave_id
