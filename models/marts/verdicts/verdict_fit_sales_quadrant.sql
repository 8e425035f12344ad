-- Grain: one row per segment.
with

fit_verdicts as (

    select * from {{ ref('verdict_fit_by_segment') }}

),

sales_directions as (

    select * from {{ ref('int_sales_directions_judged') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

sample_threshold as (

    -- The fit verdict brings its own thresholds; the sales axis adds none but its
    -- minimum sample, which that of fit has as well.
    select max(statement) as sample_statement

    from thresholds

    where threshold_id = 'minimum_sample_verdict'

),

axes as (

    select
        fit_verdicts.segment_id,
        fit_verdicts.fit_basis,
        fit_verdicts.survey_id,
        fit_verdicts.wave_id,
        fit_verdicts.question_family,
        fit_verdicts.survey_type,
        fit_verdicts.verdict as fit_verdict,
        fit_verdicts.reason as fit_reason,
        fit_verdicts.needed_count as fit_needed_count,
        fit_verdicts.needed_unit as fit_needed_unit,
        fit_verdicts.estimate as fit_estimate,
        fit_verdicts.ci_low as fit_ci_low,
        fit_verdicts.ci_high as fit_ci_high,
        fit_verdicts.numerator as fit_numerator,
        fit_verdicts.denominator as fit_denominator,
        fit_verdicts.n_effective as fit_n_effective,
        coalesce(
            fit_verdicts.thresholds, '[' || sample_threshold.sample_statement || ']'
        ) as thresholds,
        sales_directions.sales_direction,
        sales_directions.year_before_direction,
        sales_directions.numerator,
        sales_directions.denominator,
        sales_directions.estimate,
        sales_directions.ci_low,
        sales_directions.ci_high,
        sales_directions.n_effective,
        sales_directions.dispersion,
        sales_directions.year_before_numerator,
        sales_directions.year_before_denominator,
        sales_directions.year_before_estimate,
        sales_directions.year_before_ci_low,
        sales_directions.year_before_ci_high,
        sales_directions.year_before_n_effective,
        cast(ceil(sales_directions.needed_count) as bigint) as sales_needed_count,
        sales_directions.is_seasonal,
        sales_directions.is_known,
        sales_directions.acquired_month

    from fit_verdicts

    inner join sales_directions
        on fit_verdicts.segment_id = sales_directions.segment_id

    cross join sample_threshold

    where fit_verdicts.is_current

),

reasons as (

    select
        *,
        fit_verdict in ('above', 'below') as is_fit_decided,
        sales_direction in ('up', 'down') as is_sales_decided,
        case
            when sales_direction in ('up', 'down')
                then
                    'new customers are '
                    || sales_direction
                    || ' (' || cast(cast(numerator as bigint) as varchar)
                    || ' after '
                    || cast(cast(denominator as bigint) as varchar)
                    || ' in the three months before)'
            when not is_known
                then 'no six complete months of new customers are known'
            when sales_direction = 'insufficient'
                then
                    'only '
                    || cast(cast(numerator + denominator as bigint) as varchar)
                    || ' new customers in six months'
            when is_seasonal
                then
                    'the change of new customers may be the season''s: against the same'
                    || ' months a year earlier it is '
                    || year_before_direction
            else
                'the interval of the rate ratio of new customers ('
                || cast(cast(numerator as bigint) as varchar)
                || ' after '
                || cast(cast(denominator as bigint) as varchar)
                || ') holds 1'
        end as sales_reason

    from axes

)

select
    segment_id,
    case
        when not is_fit_decided or not is_sales_decided then 'undetermined'
        when fit_verdict = 'above' and sales_direction = 'up' then 'scale'
        when fit_verdict = 'above' then 'invest_in_sales'
        when sales_direction = 'up' then 'surge_risk'
        else 'rework_or_exit'
    end as verdict,
    case
        when is_fit_decided and is_sales_decided
            then fit_reason || '; ' || sales_reason
        when is_sales_decided then 'fit is ' || fit_verdict || ': ' || fit_reason
        when is_fit_decided
            then 'sales are ' || sales_direction || ': ' || sales_reason
        else
            'fit is '
            || fit_verdict
            || ': '
            || fit_reason
            || '; sales are '
            || sales_direction
            || ': '
            || sales_reason
    end as reason,
    case
        when is_fit_decided and is_sales_decided then 'none'
        when is_sales_decided then 'fit'
        when is_fit_decided then 'sales'
        else 'fit and sales'
    end as undetermined_axis,
    case
        when not is_fit_decided then fit_needed_unit
        when sales_needed_count is not null then 'customers'
    end as needed_unit,
    fit_basis,
    fit_verdict,
    fit_needed_unit,
    sales_direction,
    year_before_direction,
    {{ evidence_list([
        evidence_item(
            "fit",
            "verdicts.verdict_fit_by_segment",
            [
                ("segment_id", "segment_id"),
                ("fit_basis", "fit_basis"),
                ("survey_id", "survey_id"),
                ("wave_id", "wave_id"),
                ("question_family", "question_family"),
                ("survey_type", "survey_type"),
            ],
            "fit_estimate",
            "fit_ci_low",
            "fit_ci_high",
            "fit_numerator",
            "fit_denominator",
            "fit_n_effective",
        ),
        "case when is_known then " ~ evidence_item(
            "new customers against the three months before",
            "sales.sales_customer_growth__month",
            [
                ("segment_id", "segment_id"),
                ("comparison", "'months_before'"),
                ("acquired_month", "acquired_month"),
            ],
            "estimate",
            "ci_low",
            "ci_high",
            "numerator",
            "denominator",
            "n_effective",
        ) ~ " end",
        "case when year_before_direction is not null then " ~ evidence_item(
            "new customers against the same months a year earlier",
            "sales.sales_customer_growth__month",
            [
                ("segment_id", "segment_id"),
                ("comparison", "'year_before'"),
                ("acquired_month", "acquired_month"),
            ],
            "year_before_estimate",
            "year_before_ci_low",
            "year_before_ci_high",
            "year_before_numerator",
            "year_before_denominator",
            "year_before_n_effective",
        ) ~ " end",
    ]) }} as evidence,
    thresholds,
    case when not is_fit_decided then fit_needed_count else sales_needed_count end
        as needed_count,
    count(*) filter (
        where segment_id <> 'all' and is_fit_decided and is_sales_decided
    ) over () as decided_count,
    -- Where fit is decided, equal rates look unequal one time in twenty at most.
    count(*) filter (
        where segment_id <> 'all' and is_fit_decided and estimate is not null
    ) over () / 20e0 as expected_by_chance_count,
    fit_needed_count,
    sales_needed_count,
    fit_estimate,
    fit_ci_low,
    fit_ci_high,
    numerator as customer_count,
    denominator as compared_customer_count,
    estimate as rate_ratio,
    ci_low as rate_ratio_low,
    ci_high as rate_ratio_high,
    dispersion,
    year_before_estimate as year_before_rate_ratio,
    year_before_ci_low as year_before_rate_ratio_low,
    year_before_ci_high as year_before_rate_ratio_high,
    is_seasonal,
    true as is_current,
    acquired_month,
    {{ as_of() }} as as_of_date

from reasons
