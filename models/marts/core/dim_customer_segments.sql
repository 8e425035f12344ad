-- Grain: one row per customer and span of days in which it was in one segment.
with

customers as (

    select * from {{ ref('dim_customers') }}

),

segment_spans as (

    select * from {{ ref('int_customer_segments_spanned') }}

),

spans_with_previous as (

    select
        segment_spans.customer_key,
        segment_spans.segment_id,
        segment_spans.segment_basis,
        segment_spans.valid_from_date,
        segment_spans.valid_to_date,
        lag(segment_spans.segment_id) over (
            partition by segment_spans.customer_key
            order by segment_spans.valid_from_date
        ) as previous_segment_id

    from segment_spans

    inner join customers
        on segment_spans.customer_key = customers.customer_key

)

select
    customer_key,
    segment_id,
    previous_segment_id,
    segment_basis,
    valid_from_date < {{ as_of() }} and valid_to_date >= {{ as_of() }} as is_current,
    valid_from_date,
    valid_to_date

from spans_with_previous
