-- Grain: one row per segment, contract type, basis of survival and age.
{%- set curve = ['segment_id', 'contract_type', 'survival_basis'] %}
with

spells as (

    select * from {{ ref('int_customer_spells') }}

),

-- Time to the first churn: who comes back has churned all the same.
first_spells as (

    select
        segment_id,
        contract_type,
        'month' as survival_basis,
        entry_age,
        duration_months as last_age,
        is_event

    from spells

    where spell_no = 1

    union all

    select
        segment_id,
        contract_type,
        'renewal' as survival_basis,
        entry_renewal as entry_age,
        duration_renewals as last_age,
        is_renewal_event as is_event

    from spells

    where
        spell_no = 1
        and duration_renewals is not null

),

entries_and_exits as (

    select
        segment_id,
        contract_type,
        survival_basis,
        entry_age as age,
        1 as entered,
        0 as ended,
        0 as censored

    from first_spells

    union all

    select
        segment_id,
        contract_type,
        survival_basis,
        last_age as age,
        0 as entered,
        case when is_event then 1 else 0 end as ended,
        case when is_event then 0 else 1 end as censored

    from first_spells

),

counts as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        case when grouping(contract_type) = 1 then 'all' else contract_type end
            as contract_type,
        survival_basis,
        age,
        -- Who is seen from the start is at risk from there; the others from their
        -- entry on.
        sum(case when age = 0 then entered else 0 end) as born_count,
        sum(case when age > 0 then entered else 0 end) as entered_count,
        sum(ended) as event_count,
        sum(censored) as censored_count

    from entries_and_exits

    group by survival_basis, age, cube(segment_id, contract_type)

),

last_ages as (

    select
        segment_id,
        contract_type,
        survival_basis,
        max(age) as last_age

    from counts

    group by segment_id, contract_type, survival_basis

),

ages as (

    select
        segment_id,
        contract_type,
        survival_basis,
        {{ each_age('last_age') }} as age

    from last_ages

),

counts_at_every_age as (

    select
        ages.segment_id,
        ages.contract_type,
        ages.survival_basis,
        ages.age,
        coalesce(counts.born_count, 0) as born_count,
        coalesce(counts.entered_count, 0) as entered_count,
        coalesce(counts.event_count, 0) as event_count,
        coalesce(counts.censored_count, 0) as censored_count

    from ages

    left join counts
        on ages.segment_id = counts.segment_id
        and ages.contract_type = counts.contract_type
        and ages.survival_basis = counts.survival_basis
        and ages.age = counts.age

),

risk_sets as (

    select
        *,
        sum(born_count) over {{ running_window('age', curve) }}
        + coalesce(
            sum(entered_count - event_count - censored_count)
                over {{ running_window('age', curve, '1 preceding') }},
            0
        ) as at_risk_count

    from counts_at_every_age

),

curves as (

    select
        *,
        {{ kaplan_meier('at_risk_count', 'event_count', 'age', curve) }}

    from risk_sets

),

rates as (

    select
        segment_id,
        contract_type,
        survival_basis,
        age,
        at_risk_count,
        event_count,
        censored_count,
        entered_count,
        {{ restricted_mean(
            'survival_before',
            'case when age > 0 then 1 else 0 end',
            'age',
            curve
        ) }} as restricted_mean,
        {{ log_log_interval(
            'at_risk_count - event_count',
            'at_risk_count',
            'survival',
            'survival_error',
            'least_at_risk_count',
            'greenwood_log_log'
        ) }}

    from curves

),

published_rates as (

    select
        *,
        -- At the start everybody is there: nothing is estimated.
        case when age = 0 then estimate else ci_low end as published_low,
        case when age = 0 then estimate else ci_high end as published_high

    from rates

)

select
    segment_id,
    contract_type,
    survival_basis,
    cast(age as bigint) as age,
    cast(at_risk_count as bigint) as at_risk_count,
    cast(event_count as bigint) as event_count,
    cast(censored_count as bigint) as censored_count,
    cast(entered_count as bigint) as entered_count,
    numerator,
    denominator,
    estimate,
    published_low as ci_low,
    published_high as ci_high,
    ci_method,
    n_effective,
    case when estimate is not null then restricted_mean end as restricted_mean,
    cast({{ survival_median('age', 'estimate') }} over curve as bigint) as median_age,
    cast({{ survival_median('age', 'published_low') }} over curve as bigint)
        as median_age_low,
    cast({{ survival_median('age', 'published_high') }} over curve as bigint)
        as median_age_high,
    is_min_n_met

from published_rates

window curve as (partition by segment_id, contract_type, survival_basis)
