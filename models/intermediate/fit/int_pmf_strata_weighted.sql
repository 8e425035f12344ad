-- Grain: one row per scope (a segment or all), wave, question, weighting and merged
-- stratum.
with

strata as (

    select * from {{ ref('int_pmf_strata_merged') }}

),

answers as (

    select * from {{ ref('int_pmf_answers_judged') }}

),

accounts as (

    -- One account lies in one stratum: answers of an account are a cluster.
    select
        strata.scope_segment_id,
        strata.survey_id,
        strata.wave_id,
        strata.question_family,
        strata.survey_type,
        strata.merged_stratum,
        answers.customer_key,
        count(*) as answered,
        sum(answers.answer_score) as favourable

    from answers

    inner join strata
        on answers.survey_id = strata.survey_id
        and answers.wave_id = strata.wave_id
        and answers.question_family = strata.question_family
        and answers.survey_type = strata.survey_type
        and answers.segment_id = strata.segment_id
        and answers.tenure_band = strata.tenure_band

    where
        answers.is_eligible
        and not answers.is_anonymous
        and answers.answer_score is not null

    group by
        strata.scope_segment_id,
        strata.survey_id,
        strata.wave_id,
        strata.question_family,
        strata.survey_type,
        strata.merged_stratum,
        answers.customer_key

),

merged_strata as (

    select
        scope_segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        merged_stratum,
        cast(count(*) as double) as account_count,
        cast(sum(answered) as double) as answered,
        cast(sum(favourable) as double) as favourable,
        cast(sum(favourable * favourable) as double) as sum_yy,
        cast(sum(favourable * answered) as double) as sum_xy,
        cast(sum(answered * answered) as double) as sum_xx

    from accounts

    group by
        scope_segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        merged_stratum

),

estimated_strata as (

    select
        *,
        favourable / answered as score_rate,
        (favourable + {{ z_975() }} * {{ z_975() }} / 2)
        / (answered + {{ z_975() }} * {{ z_975() }}) as smoothed_share,
        case
            when account_count > 1
                then
                    account_count
                    / (account_count - 1)
                    * (
                        sum_yy
                        - 2 * (favourable / answered) * sum_xy
                        + (favourable / answered) * (favourable / answered) * sum_xx
                    )
                    / (answered * answered)
        end as clustered_variance

    from merged_strata

),

strata_with_variance as (

    -- One account, or answers that are all alike, say nothing about the spread: the
    -- smoothed score_rate of Agresti and Coull does, over the accounts (metrics C9b).
    select
        *,
        case
            when coalesce(clustered_variance, 0) > 1e-12 then clustered_variance
            else
                smoothed_share
                * (1 - smoothed_share)
                / (account_count + {{ z_975() }} * {{ z_975() }})
        end as rate_variance

    from estimated_strata

),

stratum_bases as (

    select
        scope_segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        merged_stratum,
        sum(logo_base) as logo_base,
        sum(mrr_base) as mrr_base

    from strata

    group by
        scope_segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        merged_stratum

),

weights as (

    select
        stratum_bases.*,
        'logo' as weighting,
        cast(stratum_bases.logo_base as decimal(38, 4)) as base

    from stratum_bases

    union all

    select
        stratum_bases.*,
        'mrr' as weighting,
        cast(stratum_bases.mrr_base as decimal(38, 4)) as base

    from stratum_bases

),

weights_of_cells as (

    -- A stratum without answers has a base and no merged stratum: it is not covered.
    select
        scope_segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        merged_stratum,
        weighting,
        base,
        sum(base) over cell as whole_base,
        sum(case when merged_stratum is not null then base end) over cell
            as covered_base

    from weights

    window cell as (
        partition by
            scope_segment_id,
            survey_id,
            wave_id,
            question_family,
            survey_type,
            weighting
    )

),

shares_of_base as (

    select
        *,
        cast(base as double) / cast(covered_base as double) as weight,
        cast(covered_base as double) / cast(whole_base as double) as coverage

    from weights_of_cells

    where covered_base > 0

)

select
    shares_of_base.scope_segment_id,
    shares_of_base.survey_id,
    shares_of_base.wave_id,
    shares_of_base.question_family,
    shares_of_base.survey_type,
    shares_of_base.merged_stratum,
    shares_of_base.weighting,
    cast(strata_with_variance.answered as bigint) as answered,
    cast(strata_with_variance.account_count as bigint) as account_count,
    shares_of_base.weight,
    shares_of_base.coverage,
    strata_with_variance.score_rate,
    strata_with_variance.rate_variance

from shares_of_base

inner join strata_with_variance
    on shares_of_base.scope_segment_id = strata_with_variance.scope_segment_id
    and shares_of_base.survey_id = strata_with_variance.survey_id
    and shares_of_base.wave_id = strata_with_variance.wave_id
    and shares_of_base.question_family = strata_with_variance.question_family
    and shares_of_base.survey_type = strata_with_variance.survey_type
    and shares_of_base.merged_stratum = strata_with_variance.merged_stratum
