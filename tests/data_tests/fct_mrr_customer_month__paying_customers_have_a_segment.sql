{#- Whoever pays is in one segment on the first day of the month, be it `unknown`: a
    customer without any would be in no rate of a segment. -#}
{{ config(meta={'dagster': {'ref': {'name': 'fct_mrr_customer_month'}}}) }}

with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

segments as (

    select * from {{ ref('int_customer_segments_spanned') }}

),

customer_months_with_segments as (

    select
        customer_months.customer_key,
        customer_months.segment_id,
        count(segments.customer_key) as segment_count,
        min(segments.segment_id) as spanned_segment_id,
        customer_months.mrr_month

    from customer_months

    left join segments
        on customer_months.customer_key = segments.customer_key
        and customer_months.mrr_month >= segments.valid_from_date
        and customer_months.mrr_month < segments.valid_to_date

    where customer_months.is_active

    group by
        customer_months.customer_key,
        customer_months.segment_id,
        customer_months.mrr_month

),

judged as (

    select
        case
            when segment_count = 0 then 'the customer has no segment'
            when segment_count > 1 then 'the customer has several segments'
            when segment_id <> spanned_segment_id or segment_id is null
                then 'the segment is not that of the first day of the month'
        end as failure,
        *

    from customer_months_with_segments

)

select * from judged

where failure is not null
