-- Grain: one row per customer, month and movement.
with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

churns as (

    select * from {{ ref('int_customer_churns_explained') }}

),

months_compared as (

    select
        customer_key,
        segment_id,
        cohort_label,
        contract_type,
        mrr_amount,
        opening_mrr_amount as before_amount,
        constant_mrr_amount as after_amount,
        constant_mrr_amount - opening_mrr_amount as difference_amount,
        spell_no,
        is_active,
        mrr_month,
        -- As long as the spell that is over, the gap is counted from its last month.
        max(case when is_active then mrr_month end) over (
            partition by customer_key
            order by mrr_month
            rows between unbounded preceding and 1 preceding
        ) as last_active_month

    from customer_months

),

months_labelled as (

    -- What is zero goes first: a comparison would call a return an expansion.
    select
        *,
        case
            when before_amount = 0 and not is_active then 'none'
            when before_amount = 0 and spell_no = 1 and cohort_label = 'opening'
                then 'opening'
            when before_amount = 0 and spell_no = 1 then 'new'
            when
                before_amount = 0
                and {{ var('reactivation_window_months') }} > 0
                and {{ dbt.datediff('last_active_month', 'mrr_month', 'month') }}
                > {{ var('reactivation_window_months') }}
                then 'returned'
            when before_amount = 0 then 'reactivation'
            when not is_active then 'churn'
            when difference_amount > 0.005 then 'expansion'
            when difference_amount < -0.005 then 'contraction'
            else 'none'
        end as movement

    from months_compared

),

movements as (

    select
        customer_key,
        segment_id,
        contract_type,
        movement,
        difference_amount as amount,
        mrr_month

    from months_labelled

    where movement <> 'none'

),

fx_differences as (

    -- What rates did, and what is too small to be a movement.
    select
        customer_key,
        segment_id,
        contract_type,
        'fx' as movement,
        case
            when movement = 'none' then mrr_amount - before_amount
            else mrr_amount - after_amount
        end as amount,
        mrr_month

    from months_labelled

),

all_movements as (

    select * from movements

    union all

    select * from fx_differences

    where amount <> 0

)

select
    all_movements.customer_key,
    all_movements.segment_id,
    all_movements.contract_type,
    all_movements.movement,
    case
        when all_movements.movement = 'churn'
            then coalesce(churns.churn_reason_group, 'unknown')
    end as churn_reason_group,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(all_movements.amount as decimal(18, 4)) as amount,
    all_movements.mrr_month

from all_movements

left join churns
    on all_movements.customer_key = churns.customer_key
    and all_movements.mrr_month = churns.churn_month
