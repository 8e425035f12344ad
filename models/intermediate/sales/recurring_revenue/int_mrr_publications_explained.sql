-- Grain: one row per publication that reported recurring revenue, and one for this run.
with

publications as (

    select * from {{ source('ops', 'reported_publications') }}

),

reported_values as (

    select * from {{ source('ops', 'reported_values') }}

),

events as (

    select * from {{ source('ops', 'extract_events') }}

),

extracts as (

    select * from {{ source('ops', 'extracts') }}

),

first_reports as (

    select min(publication_id) as first_publication_id

    from reported_values

    where mart = 'sales.sales_mrr_waterfall__month'

),

reports as (

    select
        publications.publication_id,
        publications.as_of,
        publications.published_at

    from publications

    inner join first_reports
        on publications.publication_id >= first_reports.first_publication_id

    union all

    -- What is built now has no publication yet.
    select
        null as publication_id,
        {{ as_of() }} as as_of,
        null as published_at

),

reports_with_previous as (

    select
        publication_id,
        row_number() over (order by publication_id nulls last) as report_number,
        as_of,
        lag(as_of) over (order by publication_id nulls last) as previous_as_of,
        coalesce(published_at, timestamp '9999-12-31 00:00:00') as published_at,
        lag(published_at) over (order by publication_id nulls last)
            as previous_published_at

    from reports

),

changes as (

    select
        extracts.contract_name,
        events.event = 'loaded' as is_new,
        events.happened_at

    from events

    inner join extracts
        on events.extract_id = extracts.extract_id

    where
        events.event in ('loaded', 'reloaded', 'replaced', 'withdrawn')
        and extracts.feed in (
            'billing.subscriptions',
            'billing.invoices',
            'finance.fx_rates',
            'crm.accounts',
            'crm.account_merges',
            'crm.account_segments',
            'shop.order_lines'
        )

),

changes_of_reports as (

    -- By ranges alone: there are as many reports as days, and few extracts a day.
    select
        reports_with_previous.report_number,
        count(*) filter (where changes.is_new) as extract_count,
        count(*) filter (where not changes.is_new) as decision_count,
        string_agg(distinct changes.contract_name, ', ' order by changes.contract_name)
            as contract_names

    from reports_with_previous

    inner join changes
        on reports_with_previous.previous_published_at < changes.happened_at
        and reports_with_previous.published_at >= changes.happened_at

    group by reports_with_previous.report_number

)

select
    reports_with_previous.publication_id,
    case
        when changes_of_reports.decision_count > 0 then 'decision'
        when changes_of_reports.extract_count > 0 then 'extract'
        when reports_with_previous.as_of <> reports_with_previous.previous_as_of
            then 'as_of'
        else 'definition'
    end as cause,
    changes_of_reports.contract_names as cause_contracts,
    reports_with_previous.report_number,
    coalesce(
        changes_of_reports.extract_count + changes_of_reports.decision_count, 0
    ) as cause_extract_count,
    reports_with_previous.as_of,
    reports_with_previous.previous_as_of

from reports_with_previous

left join changes_of_reports
    on reports_with_previous.report_number = changes_of_reports.report_number
