-- Grain: one row per segment, survey, wave, question kind, family, scale, type and
-- population.
with

answers as (

    select * from {{ ref('int_answers_counted') }}

),

pmf_answers as (

    select * from {{ ref('int_pmf_answers_judged') }}

),

answers_of_populations as (

    select
        survey_id,
        wave_id,
        question_kind,
        question_family,
        scale_id,
        survey_type,
        'all' as population,
        segment_id,
        cluster_key,
        answer_score

    from answers

    where question_kind <> 'pmf'

    union all

    -- Fit is asked of those who use the product; who is unknown is told apart as well.
    select
        pmf_answers.survey_id,
        pmf_answers.wave_id,
        'pmf' as question_kind,
        pmf_answers.question_family,
        'pmf' as scale_id,
        pmf_answers.survey_type,
        populations.population,
        pmf_answers.segment_id,
        pmf_answers.cluster_key,
        pmf_answers.answer_score

    from pmf_answers

    inner join (
        values
        ('all'), ('anonymous')
    ) as populations (population)
        on populations.population = 'all'
        or pmf_answers.is_anonymous

    where pmf_answers.is_eligible

),

clusters as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        survey_id,
        wave_id,
        question_kind,
        question_family,
        scale_id,
        survey_type,
        population,
        cluster_key,
        count(answer_score) as answered,
        count(*) filter (where answer_score = 1) as favourable,
        count(*) filter (where answer_score = 0) as neutral,
        count(*) filter (where answer_score = -1) as unfavourable,
        count(*) filter (where answer_score is null) as not_applicable,
        coalesce(sum(answer_score), 0) as score

    from answers_of_populations

    group by
        survey_id,
        wave_id,
        question_kind,
        question_family,
        scale_id,
        survey_type,
        population,
        cluster_key,
        rollup(segment_id)

),

totals as (

    select
        segment_id,
        survey_id,
        wave_id,
        question_kind,
        question_family,
        scale_id,
        survey_type,
        population,
        count(*) filter (where answered > 0) as account_count,
        cast(sum(answered) as bigint) as answered,
        cast(sum(favourable) as bigint) as favourable,
        cast(sum(neutral) as bigint) as neutral,
        cast(sum(unfavourable) as bigint) as unfavourable,
        cast(sum(not_applicable) as bigint) as not_applicable,
        cast(sum(score) as double) as sum_y,
        cast(sum(score * score) as double) as sum_yy,
        cast(sum(score * answered) as double) as sum_xy,
        cast(sum(answered * answered) as double) as sum_xx

    from clusters

    group by
        segment_id,
        survey_id,
        wave_id,
        question_kind,
        question_family,
        scale_id,
        survey_type,
        population

),

variances as (

    -- metrics C9b: linearised variance of the mean, clustered by account
    select
        *,
        case
            when answered > 0
                then
                    (favourable + unfavourable - sum_y * sum_y / answered) / answered
        end as answer_variance,
        case
            when account_count > 1
                then (
                    sum_yy
                    - 2 * (sum_y / answered) * sum_xy
                    + (sum_y / answered) * (sum_y / answered) * sum_xx
                )
                * (cast(account_count as double) / (account_count - 1))
                / (cast(answered as double) * answered)
        end as clustered_variance

    from totals

)

select
    segment_id,
    survey_id,
    wave_id,
    question_kind,
    question_family,
    scale_id,
    survey_type,
    population,
    favourable,
    neutral,
    unfavourable,
    not_applicable,
    answered,
    account_count,
    answer_variance,
    clustered_variance,
    case
        when account_count = answered then cast(answered as double)
        -- Nothing varies: alike answers of one account are no more than one.
        when coalesce(clustered_variance, 0) <= 1e-12
            then cast(account_count as double)
        else least(cast(answered as double), answer_variance / clustered_variance)
    end as effective_size

from variances
