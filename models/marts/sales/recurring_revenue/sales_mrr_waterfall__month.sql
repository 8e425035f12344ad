-- Grain: one row per segment and month.
with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

movements as (

    select * from {{ ref('fct_mrr_movements') }}

),

customers_gone as (

    select * from {{ ref('int_customers_gone_within_months') }}

),

customer_segments as (

    select * from {{ ref('int_customer_segments_spanned') }}

),

months_with_previous as (

    select
        customer_key,
        segment_id,
        opening_mrr_amount,
        lag(segment_id) over (
            partition by customer_key
            order by mrr_month
        ) as previous_segment_id,
        mrr_month

    from customer_months

),

transfers as (

    select *

    from months_with_previous

    where
        segment_id <> previous_segment_id
        and opening_mrr_amount > 0

),

entries as (

    select
        segment_id,
        'closing' as entry,
        mrr_amount as amount,
        case when is_active then 1 else 0 end as customer_count,
        mrr_month

    from customer_months

    union all

    select
        segment_id,
        -- An opening is the balance that a month begins with; this one was never new.
        case when movement = 'opening' then 'taken_over' else movement end as entry,
        amount,
        1 as customer_count,
        mrr_month

    from movements

    union all

    -- What a customer brings when its segment changes, and what it takes.
    select
        segment_id,
        'transfer' as entry,
        opening_mrr_amount as amount,
        1 as customer_count,
        mrr_month

    from transfers

    union all

    select
        previous_segment_id as segment_id,
        'transfer' as entry,
        -opening_mrr_amount as amount,
        -1 as customer_count,
        mrr_month

    from transfers

    union all

    select
        coalesce(customer_segments.segment_id, 'unknown') as segment_id,
        'intra_month_churn' as entry,
        0 as amount,
        1 as customer_count,
        customers_gone.mrr_month

    from customers_gone

    left join customer_segments
        on customers_gone.customer_key = customer_segments.customer_key
        and customers_gone.mrr_month >= customer_segments.valid_from_date
        and customers_gone.mrr_month < customer_segments.valid_to_date

),

totals as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        {% for entry in [
            'taken_over', 'new', 'reactivation', 'returned', 'churn', 'expansion',
            'contraction', 'fx', 'transfer', 'closing'
        ] %}
        coalesce(sum(amount) filter (where entry = '{{ entry }}'), 0)
            as {{ entry }}_amount,
        coalesce(sum(customer_count) filter (where entry = '{{ entry }}'), 0)
            as {{ entry }}_customer_count,
        {% endfor %}
        count(*) filter (where entry = 'intra_month_churn') as intra_month_churn_count,
        mrr_month

    from entries

    group by mrr_month, rollup(segment_id)

),

segment_lives as (

    select
        segment_id,
        min(mrr_month) as first_month,
        {{ months_later(month_of(as_of()), -1) }} as last_month

    from totals

    group by segment_id

),

segment_months as (

    select
        segment_id,
        {{ each_month('first_month', 'last_month') }} as mrr_month

    from segment_lives

),

months_filled as (

    -- A month without anything is a row of zeros, so that it opens as it closed before.
    select
        totals.*,
        lag(totals.closing_amount) over (
            partition by segment_months.segment_id
            order by segment_months.mrr_month
        ) as before_amount,
        lag(totals.closing_customer_count) over (
            partition by segment_months.segment_id
            order by segment_months.mrr_month
        ) as before_customer_count,
        segment_months.segment_id as this_segment_id,
        segment_months.mrr_month as this_month

    from segment_months

    left join totals
        on segment_months.segment_id = totals.segment_id
        and segment_months.mrr_month = totals.mrr_month

)

select
    this_segment_id as segment_id,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(coalesce(before_amount, 0) as decimal(18, 4)) as opening_mrr_amount,
    cast(coalesce(taken_over_amount, 0) as decimal(18, 4)) as taken_over_amount,
    cast(coalesce(new_amount, 0) as decimal(18, 4)) as new_amount,
    cast(coalesce(reactivation_amount, 0) as decimal(18, 4)) as reactivation_amount,
    cast(coalesce(returned_amount, 0) as decimal(18, 4)) as returned_amount,
    cast(coalesce(churn_amount, 0) as decimal(18, 4)) as churn_amount,
    cast(coalesce(expansion_amount, 0) as decimal(18, 4)) as expansion_amount,
    cast(coalesce(contraction_amount, 0) as decimal(18, 4)) as contraction_amount,
    cast(coalesce(fx_amount, 0) as decimal(18, 4)) as fx_amount,
    cast(coalesce(transfer_amount, 0) as decimal(18, 4)) as transfer_amount,
    cast(coalesce(closing_amount, 0) as decimal(18, 4)) as closing_mrr_amount,
    cast(coalesce(before_customer_count, 0) as bigint) as opening_customer_count,
    cast(coalesce(taken_over_customer_count, 0) as bigint)
        as taken_over_customer_count,
    cast(coalesce(new_customer_count, 0) as bigint) as new_customer_count,
    cast(coalesce(reactivation_customer_count, 0) as bigint)
        as reactivation_customer_count,
    cast(coalesce(returned_customer_count, 0) as bigint) as returned_customer_count,
    cast(coalesce(churn_customer_count, 0) as bigint) as churn_customer_count,
    cast(coalesce(expansion_customer_count, 0) as bigint) as expansion_customer_count,
    cast(coalesce(contraction_customer_count, 0) as bigint)
        as contraction_customer_count,
    cast(coalesce(transfer_customer_count, 0) as bigint) as transfer_customer_count,
    cast(coalesce(closing_customer_count, 0) as bigint) as closing_customer_count,
    cast(coalesce(intra_month_churn_count, 0) as bigint) as intra_month_churn_count,
    this_month as mrr_month

from months_filled
