-- Grain: one row per segment, number of months and complete month at which they end.
with

sums as (

    select * from {{ ref('int_word_of_mouth_summed') }}

),

rates as (

    select
        *,
        {{ wilson_interval('referral_count', 'known_count') }},
        {{ safe_divide('referral_count', 'new_customer_count') }}
            as referral_of_all_rate,
        {{ wilson_bound('referral_count', 'new_customer_count', 'low') }}
            as referral_of_all_low,
        {{ wilson_bound('referral_count', 'new_customer_count', 'high') }}
            as referral_of_all_high,
        {{ safe_divide('organic_count', 'known_count') }} as organic_rate,
        {{ wilson_bound('organic_count', 'known_count', 'low') }} as organic_low,
        {{ wilson_bound('organic_count', 'known_count', 'high') }} as organic_high,
        {{ safe_divide('organic_count', 'new_customer_count') }}
            as organic_of_all_rate,
        {{ wilson_bound('organic_count', 'new_customer_count', 'low') }}
            as organic_of_all_low,
        {{ wilson_bound('organic_count', 'new_customer_count', 'high') }}
            as organic_of_all_high,
        {{ safe_divide('rewarded_count', 'known_count') }} as rewarded_rate,
        -- Who came without being paid for, over everybody who could have told them.
        {{ safe_divide(
            'referral_count + organic_count',
            'returning_count + new_customer_count - referral_count - organic_count'
        ) }} as word_of_mouth_coefficient,
        {{ safe_divide('invite_count', 'active_count') }} as invites_per_customer,
        {{ safe_divide('converted_invite_count', 'invite_count') }}
            as invite_conversion_rate

    from sums

),

coefficients as (

    select
        *,
        invites_per_customer * invite_conversion_rate as viral_coefficient

    from rates

)

select
    segment_id,
    cast(window_months as bigint) as window_months,
    new_customer_count,
    known_count,
    referral_count,
    organic_count,
    rewarded_count,
    active_count,
    returning_count,
    case when viral_coefficient is not null then invite_count end as invite_count,
    case when viral_coefficient is not null then converted_invite_count end
        as converted_invite_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    referral_of_all_rate,
    referral_of_all_low,
    referral_of_all_high,
    organic_rate,
    organic_low,
    organic_high,
    organic_of_all_rate,
    organic_of_all_low,
    organic_of_all_high,
    rewarded_rate,
    word_of_mouth_coefficient,
    case when viral_coefficient is not null then invites_per_customer end
        as invites_per_customer,
    invite_conversion_rate,
    viral_coefficient,
    {{ viral_multiple('viral_coefficient', 12) }} as viral_multiple,
    is_min_n_met,
    end_month

from coefficients
