-- Grain: one row per segment and criterion: fit_score, retention, no_open_surge.
with

fit_verdicts as (

    select * from {{ ref('verdict_fit_by_segment') }}

),

surges as (

    select * from {{ ref('verdict_surge_and_fade') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

scores as (

    select * from fit_verdicts

    where
        fit_basis = 'pmf'
        and is_current

),

survival_rates as (

    select * from fit_verdicts

    where fit_basis = 'logo_survival'

),

telling_surges as (

    -- Of several open surges the one that tells most against the segment.
    select *

    from surges

    where
        is_open
        or is_current

    qualify row_number() over (
        partition by segment_id
        order by
            case verdict
                when 'surge_without_fit' then 1
                when 'pending' then 2
                when 'undetermined' then 3
                else 4
            end asc,
            episode_label desc
    ) = 1

)

select
    segments.segment_id,
    'fit_score' as criterion,
    1 as criterion_number,
    case
        when scores.verdict in ('above', 'below') then scores.verdict
        else 'undetermined'
    end as verdict,
    coalesce(scores.reason, 'no complete wave has enough answers to speak') as reason,
    scores.needed_unit,
    case when scores.segment_id is not null then {{ evidence_item(
        "PMF score weighted by customers",
        "verdicts.verdict_fit_by_segment",
        [
            ("segment_id", "scores.segment_id"),
            ("fit_basis", "scores.fit_basis"),
            ("survey_id", "scores.survey_id"),
            ("wave_id", "scores.wave_id"),
            ("question_family", "scores.question_family"),
            ("survey_type", "scores.survey_type"),
        ],
        "scores.estimate",
        "scores.ci_low",
        "scores.ci_high",
        "scores.numerator",
        "scores.denominator",
        "scores.n_effective",
    ) }} end as evidence_of_value,
    cast(null as varchar) as evidence_of_limit,
    'pmf_share' as threshold_id,
    scores.needed_count,
    scores.numerator,
    scores.denominator,
    scores.estimate,
    scores.ci_low,
    scores.ci_high,
    scores.threshold_rate as threshold_value

from segments

left join scores
    on segments.segment_id = scores.segment_id

union all

select
    survival_rates.segment_id,
    'retention' as criterion,
    2 as criterion_number,
    case
        when survival_rates.verdict in ('above', 'below') then survival_rates.verdict
        else 'undetermined'
    end as verdict,
    survival_rates.reason,
    survival_rates.needed_unit,
    {{ evidence_item(
        "share of customers still there",
        "verdicts.verdict_fit_by_segment",
        [
            ("segment_id", "survival_rates.segment_id"),
            ("fit_basis", "survival_rates.fit_basis"),
            ("survey_id", "survival_rates.survey_id"),
            ("wave_id", "survival_rates.wave_id"),
            ("question_family", "survival_rates.question_family"),
            ("survey_type", "survival_rates.survey_type"),
        ],
        "survival_rates.estimate",
        "survival_rates.ci_low",
        "survival_rates.ci_high",
        "survival_rates.numerator",
        "survival_rates.denominator",
        "survival_rates.n_effective",
    ) }} as evidence_of_value,
    cast(null as varchar) as evidence_of_limit,
    'logo_survival_floor' as threshold_id,
    survival_rates.needed_count,
    survival_rates.numerator,
    survival_rates.denominator,
    survival_rates.estimate,
    survival_rates.ci_low,
    survival_rates.ci_high,
    survival_rates.threshold_rate as threshold_value

from survival_rates

union all

select
    segments.segment_id,
    'no_open_surge' as criterion,
    3 as criterion_number,
    case
        when telling_surges.verdict = 'surge_without_fit' then 'below'
        when telling_surges.verdict in ('pending', 'undetermined') then 'undetermined'
        when telling_surges.verdict is not null then 'above'
        else 'undetermined'
    end as verdict,
    coalesce(telling_surges.reason, 'nothing is known of surges') as reason,
    telling_surges.needed_unit,
    case when telling_surges.segment_id is not null then {{ evidence_item(
        "customers of the surge still there, less those of the months before",
        "verdicts.verdict_surge_and_fade",
        [
            ("segment_id", "telling_surges.segment_id"),
            ("episode_label", "telling_surges.episode_label"),
        ],
        "telling_surges.estimate",
        "telling_surges.ci_low",
        "telling_surges.ci_high",
        n="telling_surges.n_effective",
    ) }} end as evidence_of_value,
    cast(null as varchar) as evidence_of_limit,
    'fade_share' as threshold_id,
    telling_surges.needed_count,
    cast(null as double) as numerator,
    cast(null as double) as denominator,
    telling_surges.estimate,
    telling_surges.ci_low,
    telling_surges.ci_high,
    cast(null as double) as threshold_value

from segments

left join telling_surges
    on segments.segment_id = telling_surges.segment_id
