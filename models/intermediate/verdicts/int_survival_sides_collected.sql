-- Grain: one row per claim, comparison, basis of survival and customer on one of its
-- two sides.
with

surge_customers as (

    select * from {{ ref('int_surge_customers_compared') }}

),

spells as (

    select * from {{ ref('int_customer_spells') }}

),

first_spells as (

    select
        customer_key,
        contract_type,
        'month' as survival_basis,
        entry_age,
        duration_months as last_age,
        is_event

    from spells

    where spell_no = 1

    union all

    select
        customer_key,
        contract_type,
        'renewal' as survival_basis,
        entry_renewal as entry_age,
        duration_renewals as last_age,
        is_renewal_event as is_event

    from spells

    where
        spell_no = 1
        and duration_renewals is not null

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
