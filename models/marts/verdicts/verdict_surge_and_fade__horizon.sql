-- Grain: one row per segment, surge, contract type and horizon in months.
with

counts as (

    select * from {{ ref('int_surge_customers_retained') }}

),

episodes as (

    select * from {{ ref('int_surge_episodes_bounded') }}

),

curves as (

    select * from {{ ref('int_survival_sides_estimated') }}

),

survival as (

    select
        segment_id,
        comparison_label,
        contract_type,
        age,
        max(case when side = 'focus' then survival end) as surge_survival_rate,
        max(case when side = 'other' then survival end) as base_survival_rate

    from curves

    where
        claim = 'surge_and_fade'
        and survival_basis = 'month'

    group by segment_id, comparison_label, contract_type, age

),

counts_of_complete_horizons as (

    select
        counts.*,
        episodes.episode_start_month,
        episodes.episode_end_month,
        {{ months_later('episodes.episode_end_month', 'counts.horizon_months + 1') }}
            as complete_date,
        {{ months_later('episodes.episode_end_month', 'counts.horizon_months + 1') }}
        <= {{ as_of() }} as is_complete

    from counts

    inner join episodes
        on counts.segment_id = episodes.segment_id
        and counts.episode_label = episodes.episode_label

),

retained as (

    -- Half of a surge tells nothing of the whole: what is not complete has no rate.
    select
        *,
        case when is_complete then surge_customer_count end as surge_followed_count,
        case when is_complete then base_customer_count end as base_followed_count

    from counts_of_complete_horizons

),

rates as (

    select
        *,
        {{ safe_divide('surge_retained_count', 'surge_followed_count') }}
            as surge_retained_rate,
        {{ wilson_bound('surge_retained_count', 'surge_followed_count', 'low') }}
            as surge_ci_low,
        {{ wilson_bound('surge_retained_count', 'surge_followed_count', 'high') }}
            as surge_ci_high,
        {{ safe_divide('base_retained_count', 'base_followed_count') }}
            as base_retained_rate,
        {{ wilson_bound('base_retained_count', 'base_followed_count', 'low') }}
            as base_ci_low,
        {{ wilson_bound('base_retained_count', 'base_followed_count', 'high') }}
            as base_ci_high,
        least(surge_followed_count, base_followed_count) as smaller_count

    from retained

),

differences as (

    select
        *,
        case
            when not {{ is_suppressed('smaller_count') }}
                then surge_retained_rate - base_retained_rate
        end as estimate,
        {{ difference_bound(
            'surge_retained_rate', 'surge_ci_low', 'surge_ci_high',
            'base_retained_rate', 'base_ci_low', 'base_ci_high', 'low'
        ) }} as difference_low,
        {{ difference_bound(
            'surge_retained_rate', 'surge_ci_low', 'surge_ci_high',
            'base_retained_rate', 'base_ci_low', 'base_ci_high', 'high'
        ) }} as difference_high

    from rates

)

select
    differences.segment_id,
    differences.episode_label,
    differences.contract_type,
    cast(differences.horizon_months as bigint) as horizon_months,
    differences.surge_customer_count,
    case when differences.is_complete then differences.surge_retained_count end
        as surge_retained_count,
    differences.base_customer_count,
    case when differences.is_complete then differences.base_retained_count end
        as base_retained_count,
    differences.discounted_count,
    case when differences.is_complete then differences.discount_ended_count end
        as discount_ended_count,
    case when differences.is_complete then differences.contracted_count end
        as contracted_count,
    differences.surge_retained_rate,
    differences.surge_ci_low,
    differences.surge_ci_high,
    differences.base_retained_rate,
    differences.base_ci_low,
    differences.base_ci_high,
    1 - {{ safe_divide(
        'differences.surge_retained_rate', 'differences.base_retained_rate'
    ) }} as fade_rate,
    differences.estimate,
    case when differences.estimate is not null then differences.difference_low end
        as ci_low,
    case when differences.estimate is not null then differences.difference_high end
        as ci_high,
    'newcombe' as ci_method,
    cast(differences.smaller_count as double) as n_effective,
    {{ min_n_met('differences.smaller_count') }} as is_min_n_met,
    case when differences.is_complete then survival.surge_survival_rate end
        as surge_survival_rate,
    case when differences.is_complete then survival.base_survival_rate end
        as base_survival_rate,
    differences.is_complete,
    differences.complete_date,
    differences.episode_start_month,
    differences.episode_end_month

from differences

left join survival
    on differences.segment_id = survival.segment_id
    and differences.episode_label = survival.comparison_label
    and differences.contract_type = survival.contract_type
    and differences.horizon_months = survival.age
