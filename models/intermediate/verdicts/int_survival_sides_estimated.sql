-- Grain: one row per claim, comparison, contract type, basis of survival, side and age
-- from 1 on.
{%- set curve = [
    'claim', 'segment_id', 'comparison_label', 'contract_type', 'survival_basis',
    'side'
] %}
with

counts as (

    select * from {{ ref('int_survival_sides_counted') }}

),

ages_with_terms as (

    select
        *,
        {{ log_rank(
            'event_count', 'at_risk_count', 'all_event_count', 'all_at_risk_count'
        ) }}

    from counts

)

select
    {{ curve | join(", ") }},
    age,
    at_risk_count,
    event_count,
    {{ kaplan_meier('at_risk_count', 'event_count', 'age', curve) }},
    -- To the last age, on the last row of the curve.
    sum(event_count) over {{ running_window('age', curve) }} as events_so_far_count,
    sum(log_rank_difference) over {{ running_window('age', curve) }}
        as log_rank_difference,
    sum(log_rank_variance) over {{ running_window('age', curve) }}
        as log_rank_variance,
    row_number() over (
        partition by {{ curve | join(", ") }}
        order by age desc
    ) = 1 as is_last_age

from ages_with_terms
