-- Grain: one row per publication that reported verdicts, and one for this run.
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

    where value_name = 'verdict'

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
        published_at,
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

    where events.event in ('loaded', 'reloaded', 'replaced', 'withdrawn')

),

changes_of_reports as (

    select
        reports_with_previous.report_number,
        count(*) filter (where changes.is_new) as new_extract_count,
        count(*) filter (where not changes.is_new) as corrected_extract_count,
        string_agg(distinct changes.contract_name, ', ' order by changes.contract_name)
            as contract_names

    from reports_with_previous

    inner join changes
        on reports_with_previous.previous_published_at < changes.happened_at
        and coalesce(
            reports_with_previous.published_at, timestamp '9999-12-31 00:00:00'
        ) >= changes.happened_at

    group by reports_with_previous.report_number

)

select
    reports_with_previous.publication_id,
    changes_of_reports.contract_names,
    reports_with_previous.report_number,
    coalesce(changes_of_reports.new_extract_count, 0) as new_extract_count,
    coalesce(changes_of_reports.corrected_extract_count, 0) as corrected_extract_count,
    reports_with_previous.as_of,
    reports_with_previous.previous_as_of,
    reports_with_previous.published_at

from reports_with_previous

left join changes_of_reports
    on reports_with_previous.report_number = changes_of_reports.report_number
