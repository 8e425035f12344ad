-- Grain: one row per segment and surge.
with

episodes as (

    select * from {{ ref('int_surge_episodes_bounded') }}

),

surge_customers as (

    select * from {{ ref('int_surge_customers_compared') }}

),

horizons as (

    select * from {{ ref('verdict_surge_and_fade__horizon') }}

),

curves as (

    select * from {{ ref('int_survival_sides_estimated') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

thresholds_of_fading as (

    select
        max(value) filter (where threshold_id = 'fade_horizon_months')
            as horizon_months,
        max(value) filter (where threshold_id = 'fade_annual_horizon_months')
            as annual_horizon_months,
        max(value) filter (where threshold_id = 'fade_share') as least_fade,
        max(value) filter (where threshold_id = 'fade_margin') as most_lost,
        cast(
            max(value) filter (where threshold_id = 'surge_open_months') as integer
        ) as open_months

    from thresholds

),

contract_types as (

    select
        segment_id,
        episode_label,
        contract_type,
        count(*) as customer_count

    from surge_customers

    where side = 'focus'

    group by segment_id, episode_label, contract_type

),

main_contract_types as (

    -- Like is compared with like: what most of the surge came on.
    select
        *,
        {{ safe_divide(
            'customer_count',
            'sum(customer_count) over (partition by segment_id, episode_label)'
        ) }} as contract_type_rate

    from contract_types

    qualify row_number() over (
        partition by segment_id, episode_label
        order by customer_count desc, contract_type asc
    ) = 1

),

last_ages as (

    select
        segment_id,
        comparison_label,
        contract_type,
        log_rank_difference,
        log_rank_variance,
        {{ log_rank_chi_square('log_rank_difference', 'log_rank_variance') }}
            as chi_square

    from curves

    where
        claim = 'surge_and_fade'
        and side = 'focus'
        and is_last_age
        -- Annual terms end at renewals, and only there.
        and (contract_type = 'annual') = (survival_basis = 'renewal')

),

surges as (

    select
        episodes.segment_id,
        episodes.episode_label,
        horizons.contract_type,
        horizons.horizon_months,
        episodes.surge_month_count,
        episodes.new_customer_count,
        episodes.first_z_score,
        main_contract_types.contract_type_rate,
        horizons.surge_customer_count,
        horizons.surge_retained_count,
        horizons.surge_retained_rate,
        horizons.surge_ci_low,
        horizons.surge_ci_high,
        horizons.base_customer_count,
        horizons.base_retained_count,
        horizons.base_retained_rate,
        horizons.base_ci_low,
        horizons.base_ci_high,
        horizons.discounted_count,
        horizons.discount_ended_count,
        horizons.contracted_count,
        horizons.fade_rate,
        horizons.estimate,
        horizons.ci_low,
        horizons.ci_high,
        horizons.ci_method,
        horizons.n_effective,
        horizons.is_min_n_met,
        horizons.is_complete,
        horizons.complete_date,
        episodes.episode_start_month,
        episodes.episode_end_month,
        last_ages.log_rank_difference,
        last_ages.log_rank_variance,
        case
            when
                least(horizons.surge_customer_count, horizons.base_customer_count) >= 10
                then last_ages.chi_square
        end as chi_square,
        thresholds_of_fading.horizon_months as usual_horizon_months,
        thresholds_of_fading.least_fade,
        thresholds_of_fading.most_lost,
        {{ as_of() }} < {{ months_later(
            'episodes.episode_end_month', '1 + thresholds_of_fading.open_months'
        ) }} as is_recent

    from episodes

    cross join thresholds_of_fading

    inner join main_contract_types
        on episodes.segment_id = main_contract_types.segment_id
        and episodes.episode_label = main_contract_types.episode_label

    inner join horizons
        on episodes.segment_id = horizons.segment_id
        and episodes.episode_label = horizons.episode_label
        and main_contract_types.contract_type = horizons.contract_type
        and case
            when main_contract_types.contract_type = 'annual'
                then thresholds_of_fading.annual_horizon_months
            else thresholds_of_fading.horizon_months
        end = horizons.horizon_months

    left join last_ages
        on horizons.segment_id = last_ages.segment_id
        and horizons.episode_label = last_ages.comparison_label
        and horizons.contract_type = last_ages.contract_type

)

select
    *,
    case
        when not is_complete then 'pending'
        when not is_min_n_met then 'undetermined'
        when ci_high < 0 and fade_rate >= least_fade then 'surge_without_fit'
        when ci_low > -most_lost then 'held'
        else 'undetermined'
    end as verdict,
    {{ chi_square_tail('chi_square', 1) }} as log_rank_p_value

from surges
