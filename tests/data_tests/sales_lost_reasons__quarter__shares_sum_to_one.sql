{#- Every lost deal and all lost value has exactly one reason, `missing` among them, and
    no two reasons are claimed to be the top one. -#}
with

lost_reasons as (

    select * from {{ ref('sales_lost_reasons__quarter') }}

),

cells as (

    select
        segment_id,
        period_label,
        opportunity_type,
        measure,
        sum(numerator) as reasons_total,
        min(denominator) as lowest_denominator,
        max(denominator) as highest_denominator,
        count(*) filter (where is_top_reason) as top_reason_count

    from lost_reasons

    group by segment_id, period_label, opportunity_type, measure

),

judged as (

    select
        case
            when highest_denominator <> lowest_denominator
                then 'reasons of one cell have several denominators'
            when abs(reasons_total - highest_denominator) > 0.001
                then 'the reasons do not sum to all that was lost'
            when top_reason_count > 1 then 'there are several top reasons'
        end as failure,
        *

    from cells

)

select * from judged

where failure is not null
