-- Grain: one row per segment, month and time that it was reported otherwise.
with

waterfall as (

    select * from {{ ref('sales_mrr_waterfall__month') }}

),

reported_values as (

    select * from {{ source('ops', 'reported_values') }}

),

publications as (

    select * from {{ ref('int_mrr_publications_explained') }}

),

past_reports as (

    -- The key is the segment, a bar and the month.
    select
        publication_id,
        left(row_key, length(row_key) - 11) as segment_id,
        coalesce(reported_value, 0) as reported_amount,
        cast(right(row_key, 10) as date) as mrr_month

    from reported_values

    where
        mart = 'sales.sales_mrr_waterfall__month'
        and value_name = 'closing_mrr_amount'

),

reported_keys as (

    select
        segment_id,
        mrr_month

    from past_reports

    group by segment_id, mrr_month

),

reports_of_now as (

    -- What was reported once and has no row any more is nothing now.
    select
        coalesce(waterfall.segment_id, reported_keys.segment_id) as segment_id,
        coalesce(waterfall.closing_mrr_amount, 0) as reported_amount,
        coalesce(waterfall.mrr_month, reported_keys.mrr_month) as mrr_month

    from waterfall

    full join reported_keys
        on waterfall.segment_id = reported_keys.segment_id
        and waterfall.mrr_month = reported_keys.mrr_month

),

reports as (

    select
        past_reports.segment_id,
        publications.cause,
        publications.cause_contracts,
        publications.report_number,
        publications.cause_extract_count,
        past_reports.reported_amount,
        past_reports.mrr_month,
        publications.as_of,
        publications.previous_as_of

    from past_reports

    inner join publications
        on past_reports.publication_id = publications.publication_id

    union all

    select
        reports_of_now.segment_id,
        publications.cause,
        publications.cause_contracts,
        publications.report_number,
        publications.cause_extract_count,
        reports_of_now.reported_amount,
        reports_of_now.mrr_month,
        publications.as_of,
        publications.previous_as_of

    from reports_of_now

    inner join publications
        on publications.publication_id is null

),

reports_with_before as (

    select
        *,
        coalesce(
            lag(reported_amount) over (
                partition by segment_id, mrr_month
                order by report_number
            ),
            -- The month was reported already, without this segment.
            case
                when
                    report_number > 1
                    and {{ months_later('mrr_month', 1) }} <= previous_as_of
                    then 0
            end
        ) as before_amount

    from reports

    -- A publication as of an earlier day says nothing of months after it.
    where {{ months_later('mrr_month', 1) }} <= as_of

),

reports_with_first as (

    select
        *,
        first_value(coalesce(before_amount, reported_amount)) over (
            partition by segment_id, mrr_month
            order by report_number
            rows between unbounded preceding and current row
        ) as first_amount,
        first_value(as_of) over (
            partition by segment_id, mrr_month
            order by report_number
            rows between unbounded preceding and current row
        ) as first_as_of

    from reports_with_before

),

restatements as (

    select
        *,
        row_number() over (
            partition by segment_id, mrr_month
            order by report_number
        ) as restatement_number

    from reports_with_first

    where reported_amount <> before_amount

)

select
    segment_id,
    cause,
    cause_contracts,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(restatement_number as bigint) as restatement_number,
    cast(cause_extract_count as bigint) as cause_extract_count,
    cast(first_amount as decimal(18, 4)) as first_reported_amount,
    cast(before_amount as decimal(18, 4)) as reported_before_amount,
    cast(reported_amount as decimal(18, 4)) as restated_amount,
    cast(reported_amount - before_amount as decimal(18, 4)) as restatement_amount,
    mrr_month,
    first_as_of as first_reported_as_of_date,
    as_of as restated_as_of_date

from restatements
