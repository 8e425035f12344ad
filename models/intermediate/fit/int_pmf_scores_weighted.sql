-- Grain: one row per scope (a segment or all), wave, question and weighting.
with

strata as (

    select * from {{ ref('int_pmf_strata_weighted') }}

),

contributions as (

    -- Decimals, since sums of doubles depend on the order of the rows.
    select
        *,
        cast(weight * score_rate as decimal(38, 18)) as share_part,
        cast(weight * weight * rate_variance as decimal(38, 18)) as variance_part,
        cast(weight * weight / answered as decimal(38, 18)) as squared_weights_part

    from strata

),

scores as (

    select
        scope_segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        weighting,
        cast(sum(answered) as bigint) as answered,
        cast(sum(account_count) as bigint) as account_count,
        count(*) as stratum_count,
        max(coverage) as coverage,
        cast(sum(share_part) as double) as score_rate,
        cast(sum(variance_part) as double) as rate_variance,
        1 / cast(sum(squared_weights_part) as double) as kish_size

    from contributions

    group by
        scope_segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        weighting

)

select
    scope_segment_id as segment_id,
    survey_id,
    wave_id,
    question_family,
    survey_type,
    weighting,
    answered,
    account_count,
    stratum_count,
    coverage,
    score_rate,
    rate_variance,
    kish_size,
    case
        when score_rate * (1 - score_rate) > 0
            then least(answered, score_rate * (1 - score_rate) / rate_variance)
        -- All alike: as many answers as there are accounts.
        else cast(account_count as double)
    end as effective_size

from scores
