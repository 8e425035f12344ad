-- Grain: one row per segment and month with spend on sales and marketing.
with

spend as (

    select * from {{ ref('int_spend_converted') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

customers as (

    select * from {{ ref('int_customers_acquired') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

selling_spend as (

    select * from spend

    where is_sales_and_marketing

),

tagged_spend as (

    select
        segment_id,
        spend_month,
        sum(spend_amount_reporting) as tagged_amount

    from selling_spend

    where segment_id is not null

    group by segment_id, spend_month

),

untagged_spend as (

    select
        spend_month,
        sum(spend_amount_reporting) as untagged_amount

    from selling_spend

    where segment_id is null

    group by spend_month

),

new_pipeline as (

    select
        segment_id,
        currency_code,
        {{ month_of('created_date') }} as created_month,
        sum(opportunity_amount) as pipeline_amount

    from opportunities

    where
        is_counted
        and opportunity_type in ('new', 'unknown')
        and created_date is not null

    group by segment_id, currency_code, created_month

),

new_pipeline_converted as (

    select
        new_pipeline.segment_id,
        new_pipeline.created_month as weight_month,
        sum(
            cast(
                new_pipeline.pipeline_amount * fx_rates.fx_rate as decimal(18, 4)
            )
        ) as weight

    from new_pipeline

    left join fx_rates
        on new_pipeline.currency_code = fx_rates.currency_code
        and new_pipeline.created_month >= fx_rates.valid_from_date
        and new_pipeline.created_month < fx_rates.valid_to_date

    group by new_pipeline.segment_id, new_pipeline.created_month

),

new_customers as (

    select
        segment_id,
        acquired_month as weight_month,
        count(*) as weight

    from customers

    group by segment_id, acquired_month

),

weights as (

    select
        segment_id,
        'pipeline' as allocation_basis,
        1 as basis_rank,
        cast(weight as decimal(18, 4)) as weight,
        weight_month

    from new_pipeline_converted

    where weight > 0

    union all

    select
        segment_id,
        'new_customers',
        2,
        cast(weight as decimal(18, 4)),
        weight_month

    from new_customers

),

best_weights as (

    -- New customers stand in where a month has no new pipeline.
    select *

    from weights

    qualify basis_rank = min(basis_rank) over (partition by weight_month)

),

running_weights as (

    select
        segment_id,
        allocation_basis,
        weight_month,
        -- Decimals: their running sums are exact, so that the last one is the whole.
        sum(weight) over segments_of_month as running_weight,
        sum(weight) over segments_of_month - weight as previous_weight,
        sum(weight) over (partition by weight_month) as month_weight

    from best_weights

    window segments_of_month as (
        partition by weight_month
        order by segment_id
        rows between unbounded preceding and current row
    )

),

allocated_spend as (

    select
        coalesce(running_weights.segment_id, 'unknown') as segment_id,
        untagged_spend.spend_month,
        case
            when running_weights.segment_id is null
                then untagged_spend.untagged_amount
            else
                {{ running_share(
                    'untagged_spend.untagged_amount',
                    'running_weights.running_weight',
                    'running_weights.month_weight',
                    4
                ) }}
                - {{ running_share(
                    'untagged_spend.untagged_amount',
                    'running_weights.previous_weight',
                    'running_weights.month_weight',
                    4
                ) }}
        end as allocated_amount

    from untagged_spend

    left join running_weights
        on untagged_spend.spend_month = running_weights.weight_month

),

parts as (

    select
        segment_id,
        tagged_amount,
        0 as allocated_amount,
        spend_month

    from tagged_spend

    union all

    select
        segment_id,
        0,
        allocated_amount,
        spend_month

    from allocated_spend

)

select
    segment_id,
    cast(sum(tagged_amount) as decimal(18, 4)) as tagged_amount,
    cast(sum(allocated_amount) as decimal(18, 4)) as allocated_amount,
    cast(sum(tagged_amount) + sum(allocated_amount) as decimal(18, 4)) as spend_amount,
    spend_month

from parts

group by segment_id, spend_month
