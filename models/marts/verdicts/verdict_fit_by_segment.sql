-- Grain: one row per segment, basis of fit, survey, wave, question family and type.
with

fit_estimates as (

    select * from {{ ref('int_fit_estimates_collected') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

minimums as (

    select
        max(value) filter (where threshold_id = 'minimum_sample_verdict')
            as sample_size,
        max(value) filter (where threshold_id = 'minimum_accounts_clustered')
            as account_count,
        max(value) filter (where threshold_id = 'pmf_coverage') as coverage_rate

    from thresholds

),

bases as (

    -- Several segments share a floor.
    select distinct
        fit_basis,
        floor_threshold_id

    from fit_estimates

),

statements as (

    -- A basis and what it is held to: the score and its coverage, or survival and the
    -- floor of the segment.
    select
        bases.fit_basis,
        bases.floor_threshold_id,
        {{ thresholds_list('thresholds.statement', 'thresholds.threshold_id') }}
            as thresholds

    from bases

    inner join thresholds
        on bases.floor_threshold_id = thresholds.threshold_id
        or thresholds.threshold_id = 'minimum_sample_verdict'
        or bases.fit_basis = 'pmf'
        and thresholds.threshold_id in ('pmf_coverage', 'minimum_accounts_clustered')
        or bases.fit_basis = 'logo_survival'
        and thresholds.threshold_id = 'logo_survival_months'

    group by bases.fit_basis, bases.floor_threshold_id

),

needs as (

    select
        fit_estimates.*,
        statements.thresholds,
        minimums.sample_size,
        minimums.account_count as minimum_account_count,
        fit_estimates.fit_basis = 'pmf'
        and coalesce(
            fit_estimates.coverage_rate < minimums.coverage_rate, false
        ) as is_uncovered,
        -- Wilson's interval stands in for that of a curve, whose own has no inverse.
        {{ needed_sample('fit_estimates.estimate', 'fit_estimates.threshold_rate') }}
        * coalesce(
            {{ safe_divide('fit_estimates.denominator', 'fit_estimates.n_effective') }},
            1
        ) as needed_sample

    from fit_estimates

    cross join minimums

    left join statements
        on fit_estimates.fit_basis = statements.fit_basis
        and fit_estimates.floor_threshold_id = statements.floor_threshold_id

),

decisions as (

    select
        *,
        case
            when verdict in ('above', 'below') or is_uncovered and is_min_n_met
                then null
            when verdict = 'insufficient'
                then
                    greatest(
                        coalesce(needed_sample, 0) - coalesce(denominator, 0),
                        sample_size - coalesce(denominator, 0),
                        minimum_account_count - coalesce(account_count, 0),
                        1
                    )
            when needed_sample is not null
                then greatest(needed_sample - denominator, 1)
        end as needed,
        case when fit_basis = 'pmf' then 'answers' else 'customers' end as sample_unit,
        case
            when fit_basis = 'pmf'
                then 'the PMF score of wave ' || wave_id || ', weighted by customers'
            else
                'the share of customers still there after '
                || cast(survival_months as varchar)
                || ' months'
        end as figure,
        {{ percent_text('ci_low') }} || ' to ' || {{ percent_text('ci_high') }}
            as interval_text,
        {{ percent_text('threshold_rate') }} as threshold_text

    from needs

)

select
    segment_id,
    fit_basis,
    survey_id,
    wave_id,
    question_family,
    survey_type,
    eligibility_rule,
    verdict,
    case
        when verdict = 'insufficient'
            then
                'too small a sample for '
                || figure
                || ': '
                || cast(cast(coalesce(denominator, 0) as bigint) as varchar)
                || ' '
                || sample_unit
                || coalesce(
                    ' of ' || cast(account_count as varchar) || ' customers', ''
                )
        when is_uncovered
            then
                'the strata that answered cover '
                || {{ percent_text('coverage_rate') }}
                || ' of the customers, too few to speak for all of them'
        when verdict = 'above'
            then
                'the whole interval of '
                || figure
                || ', '
                || interval_text
                || ', lies at or over '
                || threshold_text
        when verdict = 'below'
            then
                'the whole interval of '
                || figure
                || ', '
                || interval_text
                || ', lies under '
                || threshold_text
        else
            'the interval of '
            || figure
            || ', '
            || coalesce(interval_text, 'which has no width')
            || ', holds '
            || threshold_text
    end as reason,
    case when needed is not null then sample_unit end as needed_unit,
    mrr_verdict,
    {{ evidence_list([
        "case when fit_basis = 'pmf' then " ~ evidence_item(
            "PMF score weighted by customers",
            "fit.fit_pmf_score__segment_wave",
            [
                ("segment_id", "segment_id"),
                ("survey_id", "survey_id"),
                ("wave_id", "wave_id"),
                ("question_family", "question_family"),
                ("survey_type", "survey_type"),
                ("weighting", "'logo'"),
            ],
            "estimate",
            "ci_low",
            "ci_high",
            "numerator",
            "denominator",
            "n_effective",
        ) ~ " end",
        "case when mrr_verdict is not null then " ~ evidence_item(
            "PMF score weighted by recurring revenue",
            "fit.fit_pmf_score__segment_wave",
            [
                ("segment_id", "segment_id"),
                ("survey_id", "survey_id"),
                ("wave_id", "wave_id"),
                ("question_family", "question_family"),
                ("survey_type", "survey_type"),
                ("weighting", "'mrr'"),
            ],
            "mrr_estimate",
            "mrr_ci_low",
            "mrr_ci_high",
            "mrr_numerator",
            "mrr_denominator",
            "mrr_n_effective",
        ) ~ " end",
        "case when fit_basis = 'logo_survival' and denominator is not null then "
        ~ evidence_item(
            "share of customers still there",
            "fit.fit_survival__segment_month",
            [
                ("segment_id", "segment_id"),
                ("contract_type", "'all'"),
                ("survival_basis", "'month'"),
                ("age", "survival_months"),
            ],
            "estimate",
            "ci_low",
            "ci_high",
            "numerator",
            "denominator",
            "n_effective",
        ) ~ " end",
    ]) }} as evidence,
    thresholds,
    ci_method,
    cast(ceil(needed) as bigint) as needed_count,
    count(*) filter (
        where is_current and segment_id <> 'all' and verdict in ('above', 'below')
    ) over () as decided_count,
    -- An interval of 95 % misses the threshold one time in twenty.
    count(*) filter (
        where is_current and segment_id <> 'all' and verdict <> 'insufficient'
    ) over () / 20e0 as expected_by_chance_count,
    account_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    n_effective,
    threshold_rate,
    coverage_rate,
    pessimistic_rate,
    logo_churn_rate,
    mrr_estimate,
    mrr_ci_low,
    mrr_ci_high,
    is_min_n_met,
    is_current,
    wave_opens_date,
    {{ as_of() }} as as_of_date

from decisions
