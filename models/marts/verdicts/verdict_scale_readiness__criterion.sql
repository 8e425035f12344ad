-- Grain: one row per segment and criterion.
with

criteria_of_fit as (

    select * from {{ ref('int_scale_criteria_of_fit') }}

),

criteria_of_sales as (

    select * from {{ ref('int_scale_criteria_of_sales') }}

),

fit_verdicts as (

    select * from {{ ref('verdict_fit_by_segment') }}

),

surges as (

    select * from {{ ref('verdict_surge_and_fade') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

criteria as (

    select * from criteria_of_fit
    union all
    select * from criteria_of_sales

),

thresholds_of_criteria as (

    -- A criterion that rests on another verdict has the thresholds of that; the others
    -- have their own.
    select
        criteria.segment_id,
        criteria.criterion,
        {{ thresholds_list('thresholds.statement', 'thresholds.threshold_id') }}
            as thresholds

    from criteria

    inner join thresholds
        on criteria.threshold_id = thresholds.threshold_id
        or criteria.criterion = 'sales_yield'
        and thresholds.threshold_id in ('rep_least_count', 'rep_least_wins')
        or criteria.criterion = 'payback'
        and thresholds.threshold_id = 'minimum_sample_verdict'

    group by criteria.segment_id, criteria.criterion

),

survival_thresholds as (

    select
        segment_id,
        thresholds

    from fit_verdicts

    where fit_basis = 'logo_survival'

),

surge_thresholds as (

    select
        segment_id,
        max(thresholds) as thresholds

    from surges

    where is_current

    group by segment_id

)

select
    criteria.segment_id,
    criteria.criterion,
    criteria.verdict,
    criteria.reason,
    case when criteria.verdict = 'undetermined' then criteria.needed_unit end
        as needed_unit,
    {{ evidence_list(['criteria.evidence_of_value', 'criteria.evidence_of_limit']) }}
        as evidence,
    coalesce(
        case
            when criteria.criterion = 'retention' then survival_thresholds.thresholds
            when criteria.criterion = 'no_open_surge' then surge_thresholds.thresholds
        end,
        thresholds_of_criteria.thresholds,
        '[]'
    ) as thresholds,
    cast(criteria.criterion_number as bigint) as criterion_number,
    case when criteria.verdict = 'undetermined' then criteria.needed_count end
        as needed_count,
    criteria.numerator,
    criteria.denominator,
    criteria.estimate,
    criteria.ci_low,
    criteria.ci_high,
    criteria.threshold_value,
    true as is_current,
    {{ as_of() }} as as_of_date

from criteria

left join thresholds_of_criteria
    on criteria.segment_id = thresholds_of_criteria.segment_id
    and criteria.criterion = thresholds_of_criteria.criterion

left join survival_thresholds
    on criteria.segment_id = survival_thresholds.segment_id

left join surge_thresholds
    on criteria.segment_id = surge_thresholds.segment_id
