-- Grain: one row per claim, comparison, basis of survival and customer on one of its
-- two sides.
with

surge_customers as (

    select * from {{ ref('int_surge_customers_compared') }}

),

customers as (

    select * from {{ ref('int_customers_acquired') }}

),

landmarked_answers as (

    select * from {{ ref('int_customer_answers_landmarked') }}

),

landmarked_verdicts as (

    select * from {{ ref('int_customer_verdicts_landmarked') }}

),

spells as (

    select * from {{ ref('int_customer_spells') }}

),

first_spells as (

    select
        customer_key,
        'month' as survival_basis,
        entry_age,
        duration_months as last_age,
        is_event

    from spells

    where spell_no = 1

    union all

    select
        customer_key,
        'renewal' as survival_basis,
        entry_renewal as entry_age,
        duration_renewals as last_age,
        is_renewal_event as is_event

    from spells

    where
        spell_no = 1
        and duration_renewals is not null

),

customers_with_total as (

    select
        segment_id,
        customer_key,
        channel_group

    from customers

    union all

    select
        'all' as segment_id,
        customer_key,
        channel_group

    from customers

),

answers_of_comparisons as (

    -- By the first answer each customer is in one comparison of all waves only.
    select
        segment_id,
        'first_answer' as comparison_label,
        side,
        customer_key,
        followed_months,
        is_event

    from landmarked_answers

    where is_first_answer

    union all

    select
        segment_id,
        wave_id || ' ' || question_family as comparison_label,
        side,
        customer_key,
        followed_months,
        is_event

    from landmarked_answers

),

answers_with_total as (

    select * from answers_of_comparisons

    union all

    select
        'all' as segment_id,
        comparison_label,
        side,
        customer_key,
        followed_months,
        is_event

    from answers_of_comparisons

)

-- Customers of orders have no end that anybody could see, and no survival.
select
    'surge_and_fade' as claim,
    surge_customers.segment_id,
    surge_customers.episode_label as comparison_label,
    surge_customers.contract_type,
    first_spells.survival_basis,
    surge_customers.side,
    first_spells.customer_key,
    first_spells.entry_age,
    first_spells.last_age,
    first_spells.is_event

from surge_customers

inner join first_spells
    on surge_customers.customer_key = first_spells.customer_key

where surge_customers.activity_basis = 'contract'

union all

-- Nobody knows whether customers without a source were referred.
select
    'word_of_mouth' as claim,
    customers_with_total.segment_id,
    'referred' as comparison_label,
    'all' as contract_type,
    first_spells.survival_basis,
    case
        when customers_with_total.channel_group = 'referral' then 'focus' else 'other'
    end as side,
    first_spells.customer_key,
    first_spells.entry_age,
    first_spells.last_age,
    first_spells.is_event

from customers_with_total

inner join first_spells
    on customers_with_total.customer_key = first_spells.customer_key

where
    customers_with_total.channel_group <> 'unknown'
    and first_spells.survival_basis = 'month'

union all

select
    'longevity' as claim,
    segment_id,
    comparison_label,
    'all' as contract_type,
    'month' as survival_basis,
    side,
    customer_key,
    0 as entry_age,
    followed_months as last_age,
    is_event

from answers_with_total

union all

select
    'longevity' as claim,
    'all' as segment_id,
    'segment_verdict' as comparison_label,
    'all' as contract_type,
    'month' as survival_basis,
    side,
    customer_key,
    0 as entry_age,
    followed_months as last_age,
    is_event

from landmarked_verdicts
