-- Grain: one row per claim, comparison, contract type, basis of survival, side and age
-- from 1 on.
{%- set comparison = [
    'claim', 'segment_id', 'comparison_label', 'contract_type', 'survival_basis'
] %}
with

customers as (

    select * from {{ ref('int_survival_sides_collected') }}

),

entries_and_exits as (

    select
        {{ comparison | join(", ") }},
        side,
        entry_age as age,
        1 as entered,
        0 as ended,
        0 as left_sight

    from customers

    union all

    select
        {{ comparison | join(", ") }},
        side,
        last_age as age,
        0 as entered,
        case when is_event then 1 else 0 end as ended,
        1 as left_sight

    from customers

),

counts as (

    select
        {{ comparison | join(", ") }},
        side,
        age,
        sum(entered) as entered_count,
        sum(ended) as event_count,
        sum(left_sight) as left_count

    from entries_and_exits

    group by {{ comparison | join(", ") }}, side, age

),

last_ages as (

    select
        {{ comparison | join(", ") }},
        max(age) as last_age

    from counts

    group by {{ comparison | join(", ") }}

),

ages as (

    select
        {{ comparison | join(", ") }},
        {{ each_age('last_age') }} as age

    from last_ages

),

sides as (

    select 'focus' as side
    union all
    select 'other' as side

),

counts_at_every_age as (

    select
        {% for column in comparison -%}
        ages.{{ column }},
        {% endfor -%}
        sides.side,
        ages.age,
        coalesce(counts.entered_count, 0) as entered_count,
        coalesce(counts.event_count, 0) as event_count,
        coalesce(counts.left_count, 0) as left_count

    from ages

    cross join sides

    left join counts
        on ages.age = counts.age
        and sides.side = counts.side
        {% for column in comparison -%}
        and ages.{{ column }} = counts.{{ column }}
        {% endfor %}

),

risk_sets as (

    select
        {{ comparison | join(", ") }},
        side,
        age,
        -- Who enters at an age is at risk from the next one on.
        coalesce(
            sum(entered_count - left_count) over {{ running_window(
                'age', comparison + ['side'], '1 preceding'
            ) }},
            0
        ) as at_risk_count,
        event_count

    from counts_at_every_age

)

select
    {{ comparison | join(", ") }},
    side,
    age,
    at_risk_count,
    event_count,
    sum(at_risk_count) over both_sides as all_at_risk_count,
    sum(event_count) over both_sides as all_event_count

from risk_sets

where age > 0

window both_sides as (partition by {{ comparison | join(", ") }}, age)
