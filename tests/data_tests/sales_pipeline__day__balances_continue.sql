{#- Every day opens with what the day before closed with: the balance of the day before
    and the changes of the day are the balance of the day, to the cent. -#}
with

pipeline_days as (

    select * from {{ ref('sales_pipeline__day') }}

),

pipeline_days_with_previous as (

    select
        segment_id,
        opportunity_type,
        pipeline,
        stage,
        calendar_date,
        open_deal_count,
        changed_deal_count,
        open_amount,
        changed_amount,
        fx_amount,
        lag(open_deal_count, 1, 0) over cell_history as previous_deal_count,
        lag(open_amount, 1, 0) over cell_history as previous_amount

    from pipeline_days

    window cell_history as (
        partition by segment_id, opportunity_type, pipeline, stage
        order by calendar_date
    )

)

select
    segment_id,
    opportunity_type,
    pipeline,
    stage,
    calendar_date,
    previous_deal_count,
    changed_deal_count,
    open_deal_count,
    previous_amount,
    changed_amount,
    fx_amount,
    open_amount

from pipeline_days_with_previous

where
    open_deal_count <> previous_deal_count + changed_deal_count
    or open_amount <> previous_amount + changed_amount + fx_amount
