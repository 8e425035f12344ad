-- Grain: one row per customer and month, from its first recurring revenue to the month
-- after its last.
with

mrr_by_customer as (

    select * from {{ ref('int_customer_mrr_converted') }}

),

customer_segments as (

    select * from {{ ref('int_customer_segments_spanned') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

customer_lives as (

    select
        customer_key,
        -- What was there when the extracts begin is nobody's first month.
        min_by(is_from_before, mrr_month) as is_opening,
        min(mrr_month) as first_month,
        least(
            {{ months_later('max(mrr_month)', 1) }},
            {{ months_later(month_of(as_of()), -1) }}
        ) as last_month,
        min(started_date) as known_start_date

    from mrr_by_customer

    group by customer_key

),

customer_months as (

    select
        customer_key,
        is_opening,
        first_month,
        known_start_date,
        {{ each_month('first_month', 'last_month') }} as mrr_month

    from customer_lives

),

months_filled as (

    select
        customer_months.customer_key,
        mrr_by_customer.contract_type,
        coalesce(mrr_by_customer.mrr_amount, 0) as mrr_amount,
        coalesce(
            lag(mrr_by_customer.mrr_amount) over (
                partition by customer_months.customer_key
                order by customer_months.mrr_month
            ),
            0
        ) as opening_mrr_amount,
        coalesce(mrr_by_customer.constant_mrr_amount, 0) as constant_mrr_amount,
        coalesce(mrr_by_customer.discount_amount, 0) as discount_amount,
        coalesce(mrr_by_customer.pending_churn_amount, 0) as pending_churn_amount,
        coalesce(mrr_by_customer.item_count, 0) as item_count,
        coalesce(mrr_by_customer.subscription_count, 0) as subscription_count,
        customer_months.is_opening,
        mrr_by_customer.customer_key is not null as is_active,
        coalesce(mrr_by_customer.is_first_extract_month, false)
            as is_first_extract_month,
        customer_months.mrr_month,
        customer_months.first_month,
        customer_months.known_start_date

    from customer_months

    left join mrr_by_customer
        on customer_months.customer_key = mrr_by_customer.customer_key
        and customer_months.mrr_month = mrr_by_customer.mrr_month

),

months_in_spells as (

    select
        *,
        sum(case when is_active and opening_mrr_amount = 0 then 1 else 0 end) over (
            partition by customer_key
            order by mrr_month
            rows between unbounded preceding and current row
        ) as spell_no,
        last_value(contract_type ignore nulls) over (
            partition by customer_key
            order by mrr_month
            rows between unbounded preceding and current row
        ) as last_contract_type

    from months_filled

),

cohort_segments as (

    select
        customer_lives.customer_key,
        customer_segments.segment_id as cohort_segment_id

    from customer_lives

    left join customers
        on customer_lives.customer_key = customers.customer_key

    left join customer_segments
        on customer_lives.customer_key = customer_segments.customer_key
        and coalesce(customers.first_paid_date, customer_lives.known_start_date)
        >= customer_segments.valid_from_date
        and coalesce(customers.first_paid_date, customer_lives.known_start_date)
        < customer_segments.valid_to_date

)

select
    months_in_spells.customer_key,
    coalesce(customer_segments.segment_id, 'unknown') as segment_id,
    coalesce(cohort_segments.cohort_segment_id, 'unknown') as cohort_segment_id,
    case
        when months_in_spells.is_opening then 'opening'
        else substring(cast(months_in_spells.first_month as varchar), 1, 7)
    end as cohort_label,
    months_in_spells.last_contract_type as contract_type,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(months_in_spells.mrr_amount as decimal(18, 4)) as mrr_amount,
    cast(months_in_spells.opening_mrr_amount as decimal(18, 4)) as opening_mrr_amount,
    cast(months_in_spells.constant_mrr_amount as decimal(18, 4))
        as constant_mrr_amount,
    cast(
        months_in_spells.mrr_amount - months_in_spells.constant_mrr_amount
        as decimal(18, 4)
    ) as fx_amount,
    cast(months_in_spells.discount_amount as decimal(18, 4)) as discount_amount,
    cast(months_in_spells.pending_churn_amount as decimal(18, 4))
        as pending_churn_amount,
    cast(months_in_spells.item_count as bigint) as item_count,
    cast(months_in_spells.subscription_count as bigint) as subscription_count,
    cast(
        {{ dbt.datediff(
            'case when months_in_spells.is_opening'
            ~ ' then months_in_spells.known_start_date'
            ~ ' else months_in_spells.first_month end',
            'months_in_spells.mrr_month',
            'month'
        ) }} as bigint
    ) as age_months,
    cast(months_in_spells.spell_no as bigint) as spell_no,
    months_in_spells.is_active,
    months_in_spells.is_first_extract_month,
    months_in_spells.mrr_month,
    case when not months_in_spells.is_opening then months_in_spells.first_month end
        as cohort_month,
    months_in_spells.known_start_date

from months_in_spells

left join customer_segments
    on months_in_spells.customer_key = customer_segments.customer_key
    and months_in_spells.mrr_month >= customer_segments.valid_from_date
    and months_in_spells.mrr_month < customer_segments.valid_to_date

left join cohort_segments
    on months_in_spells.customer_key = cohort_segments.customer_key
