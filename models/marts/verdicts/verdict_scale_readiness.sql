-- Grain: one row per segment.
with

criteria as (

    select * from {{ ref('verdict_scale_readiness__criterion') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

gates as (

    select
        segment_id,
        count(*) filter (where verdict = 'below') > 0 as is_below,
        count(*) filter (where verdict = 'undetermined') > 0 as is_undetermined,
        string_agg(
            case when verdict = 'above' then criterion end, ', '
            order by criterion_number
        ) as criteria_above,
        string_agg(
            case when verdict = 'below' then criterion end, ', '
            order by criterion_number
        ) as criteria_below,
        string_agg(
            case when verdict = 'undetermined' then criterion end, ', '
            order by criterion_number
        ) as criteria_undetermined,
        '['
        || string_agg(
            {{ evidence_item(
                "the criterion",
                "verdicts.verdict_scale_readiness__criterion",
                [("segment_id", "segment_id"), ("criterion", "criterion")],
                "estimate",
                "ci_low",
                "ci_high",
                "numerator",
                "denominator",
            ) }},
            ', ' order by criterion_number
        )
        || ']' as evidence,
        -- The first criterion, in their order, that more of something would decide.
        min_by(needed_count, criterion_number) filter (
            where needed_count is not null
        ) as needed_count,
        min_by(needed_unit, criterion_number) filter (
            where needed_count is not null
        ) as needed_unit

    from criteria

    group by segment_id

),

gate_thresholds as (

    select {{ thresholds_list() }} as thresholds

    from thresholds

    where
        threshold_id in (
            'pmf_share',
            'fade_share',
            'rep_yield_to_cost',
            'rep_least_count',
            'rep_least_wins',
            'payback_runway_share',
            'payback_months_without_runway',
            'largest_customer_share'
        )
        or threshold_id like 'logo_survival_floor%'

)

select
    gates.segment_id,
    case
        when gates.is_below then 'not_ready'
        when gates.is_undetermined then 'undetermined'
        else 'ready'
    end as verdict,
    case
        when gates.is_below then 'below: ' || gates.criteria_below
        when gates.is_undetermined then 'undetermined: ' || gates.criteria_undetermined
        else 'all six criteria are above'
    end as reason,
    case when gates.is_undetermined and not gates.is_below then gates.needed_unit end
        as needed_unit,
    gates.criteria_above,
    gates.criteria_below,
    gates.criteria_undetermined,
    gates.evidence,
    gate_thresholds.thresholds,
    cast(
        case
            when gates.is_undetermined and not gates.is_below then gates.needed_count
        end as bigint
    ) as needed_count,
    true as is_current,
    {{ as_of() }} as as_of_date

from gates

cross join gate_thresholds
