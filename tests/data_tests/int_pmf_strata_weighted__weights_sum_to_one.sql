{#- The weights of the strata of a score are shares that make one, and what they cover
    is a share of the base, the same for all strata of the score. -#}
with

strata as (

    select * from {{ ref('int_pmf_strata_weighted') }}

),

cells as (

    select
        scope_segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        weighting,
        sum(weight) as weights_total,
        min(weight) as lowest_weight,
        min(coverage) as lowest_coverage,
        max(coverage) as highest_coverage

    from strata

    group by
        scope_segment_id,
        survey_id,
        wave_id,
        question_family,
        survey_type,
        weighting

),

judged as (

    select
        case
            when lowest_weight < 0 then 'a weight is negative'
            when abs(weights_total - 1) > 1e-9 then 'the weights do not sum to one'
            when highest_coverage <> lowest_coverage
                then 'strata of one score have several coverages'
            when lowest_coverage <= 0 or highest_coverage > 1
                then 'the coverage is no share of the base'
        end as failure,
        *

    from cells

)

select * from judged

where failure is not null
