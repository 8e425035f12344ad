-- Grain: one row per segment and contract type.
{%- set curve = ['segment_id', 'contract_type', 'survival_basis'] %}
{%- set family = ['contract_type', 'survival_basis'] %}
with

curves as (

    select * from {{ ref('fit_survival__segment_month') }}

),

-- The total, itself among it, is what a segment is expected to be like.
ages as (

    select
        segments.segment_id,
        segments.contract_type,
        segments.survival_basis,
        segments.age,
        segments.at_risk_count,
        segments.event_count,
        totals.at_risk_count as all_at_risk_count,
        totals.event_count as all_event_count

    from curves as segments

    inner join curves as totals
        on segments.contract_type = totals.contract_type
        and segments.survival_basis = totals.survival_basis
        and segments.age = totals.age

    where
        segments.segment_id <> 'all'
        and totals.segment_id = 'all'
        and segments.age > 0
        -- Annual contracts are compared by renewal, and only they.
        and (segments.contract_type = 'annual') = (segments.survival_basis = 'renewal')

),

ages_with_terms as (

    select
        *,
        {{ log_rank(
            'event_count', 'at_risk_count', 'all_event_count', 'all_at_risk_count'
        ) }}

    from ages

),

-- Sums that run along the ages come out the same whatever the order of the rows.
running_sums as (

    select
        segment_id,
        contract_type,
        survival_basis,
        max(at_risk_count) over {{ running_window('age', curve) }} as at_risk_count,
        max(all_at_risk_count) over {{ running_window('age', curve) }}
            as all_at_risk_count,
        sum(event_count) over {{ running_window('age', curve) }} as event_count,
        sum(log_rank_difference) over {{ running_window('age', curve) }}
            as log_rank_difference,
        sum(log_rank_variance) over {{ running_window('age', curve) }}
            as log_rank_variance

    from ages_with_terms

    qualify
        row_number() over (
            partition by {{ curve | join(", ") }}
            order by age desc
        ) = 1

),

tests as (

    select
        segment_id,
        contract_type,
        survival_basis,
        at_risk_count,
        all_at_risk_count - at_risk_count as other_at_risk_count,
        event_count,
        event_count - log_rank_difference as expected_event_count,
        log_rank_difference,
        log_rank_variance,
        case
            when
                least(at_risk_count, all_at_risk_count - at_risk_count) >= 10
                then {{ log_rank_chi_square(
                    'log_rank_difference', 'log_rank_variance'
                ) }}
        end as chi_square

    from running_sums

),

tests_with_p as (

    select
        *,
        {{ chi_square_tail('chi_square', 1) }} as p_value

    from tests

),

ranked_tests as (

    select
        *,
        count(p_value) over (partition by {{ family | join(", ") }})
            as comparison_count,
        row_number() over (
            partition by {{ family | join(", ") }}
            order by p_value nulls last, segment_id
        ) as p_rank

    from tests_with_p

),

adjusted_tests as (

    select
        *,
        -- Holm: the smallest p counts for all comparisons, the next for one less.
        max((comparison_count - p_rank + 1) * p_value)
            over {{ running_window('p_rank', family) }} as running_p

    from ranked_tests

)

select
    segment_id,
    contract_type,
    survival_basis,
    cast(at_risk_count as bigint) as at_risk_count,
    cast(other_at_risk_count as bigint) as other_at_risk_count,
    cast(event_count as bigint) as event_count,
    expected_event_count,
    case
        when chi_square is not null then exp(log_rank_difference / log_rank_variance)
    end as hazard_ratio,
    case
        when chi_square is not null
            then exp(
                (log_rank_difference - {{ z_975() }} * sqrt(log_rank_variance))
                / log_rank_variance
            )
    end as hazard_ratio_low,
    case
        when chi_square is not null
            then exp(
                (log_rank_difference + {{ z_975() }} * sqrt(log_rank_variance))
                / log_rank_variance
            )
    end as hazard_ratio_high,
    chi_square,
    p_value,
    case when p_value is not null then least(1e0, running_p) end as adjusted_p_value,
    cast(comparison_count as bigint) as comparison_count,
    {{ min_n_met('least(at_risk_count, other_at_risk_count)') }} as is_min_n_met

from adjusted_tests
