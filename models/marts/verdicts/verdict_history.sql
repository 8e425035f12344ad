-- Grain: one row per row of a verdict mart and time that its verdict was another.
with

verdicts as (

    select * from {{ ref('int_verdicts_collected') }}

),

reports as (

    select * from {{ ref('int_verdict_publications_explained') }}

),

definitions_changed as (

    select * from {{ ref('int_definitions_changed') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

reported_values as (

    select * from {{ source('ops', 'reported_values') }}

),

reported_verdicts as (

    select
        reports.report_number,
        reported_values.mart,
        reported_values.row_key,
        reported_values.reported_text as verdict

    from reported_values

    inner join reports
        on reported_values.publication_id = reports.publication_id

    where reported_values.value_name = 'verdict'

),

last_verdicts as (

    select
        mart,
        row_key,
        verdict

    from reported_verdicts

    qualify row_number() over (
        partition by mart, row_key
        order by report_number desc
    ) = 1

),

all_verdicts as (

    select
        report_number,
        mart,
        row_key,
        verdict

    from reported_verdicts

    union all

    -- What is built now, where it differs; a row that is gone tells nothing any more.
    select
        reports.report_number,
        coalesce(verdicts.mart, last_verdicts.mart) as mart,
        coalesce(verdicts.row_key, last_verdicts.row_key) as row_key,
        verdicts.verdict

    from verdicts

    full join last_verdicts
        on verdicts.mart = last_verdicts.mart
        and verdicts.row_key = last_verdicts.row_key

    inner join reports
        on reports.publication_id is null

    where verdicts.verdict is distinct from last_verdicts.verdict

),

verdicts_in_order as (

    select
        report_number,
        mart,
        row_key,
        verdict,
        lag(verdict) over (
            partition by mart, row_key
            order by report_number
        ) as verdict_before,
        row_number() over (
            partition by mart, row_key
            order by report_number
        ) as change_number,
        coalesce(
            lead(report_number) over (
                partition by mart, row_key
                order by report_number
            ) - 1,
            (select max(reports.report_number) from reports)
        ) as last_report_number

    from all_verdicts

),

segments_of_rows as (

    -- A key begins with its segment, whose id may hold a bar: the longest counts.
    select
        verdicts_in_order.mart,
        verdicts_in_order.row_key,
        coalesce(
            max_by(segments.segment_id, length(segments.segment_id)),
            split_part(verdicts_in_order.row_key, '|', 1)
        ) as segment_id

    from verdicts_in_order

    left join segments
        on verdicts_in_order.row_key = segments.segment_id
        or left(verdicts_in_order.row_key, length(segments.segment_id) + 1)
        = segments.segment_id || '|'

    group by verdicts_in_order.mart, verdicts_in_order.row_key

),

marts as (

    select
        mart,
        coalesce(string_agg(distinct thresholds, ' '), '') as thresholds

    from verdicts

    group by mart

),

thresholds_of_marts as (

    -- A threshold matters to the marts that quote it, and one that is gone to all.
    select
        definitions_changed.report_number,
        marts.mart,
        string_agg(
            definitions_changed.change_text, '; '
            order by definitions_changed.definition_id
        ) as changed_thresholds

    from definitions_changed

    inner join marts
        on position('"' || definitions_changed.definition_id || '"' in marts.thresholds)
        > 0
        or definitions_changed.change_text like '% to nothing'

    where definitions_changed.cause = 'threshold'

    group by definitions_changed.report_number, marts.mart

),

changes as (

    select
        verdicts_in_order.*,
        segments_of_rows.segment_id,
        reports.publication_id,
        reports.contract_names,
        reports.new_extract_count,
        reports.corrected_extract_count,
        reports.as_of,
        reports.previous_as_of,
        reports.published_at,
        last_reports.as_of as last_as_of,
        thresholds_of_marts.changed_thresholds,
        segment_changes.change_text as changed_segment,
        verdicts_in_order.change_number = 1 as is_first

    from verdicts_in_order

    inner join segments_of_rows
        on verdicts_in_order.mart = segments_of_rows.mart
        and verdicts_in_order.row_key = segments_of_rows.row_key

    inner join reports
        on verdicts_in_order.report_number = reports.report_number

    inner join reports as last_reports
        on verdicts_in_order.last_report_number = last_reports.report_number

    left join thresholds_of_marts
        on verdicts_in_order.report_number = thresholds_of_marts.report_number
        and verdicts_in_order.mart = thresholds_of_marts.mart

    left join definitions_changed as segment_changes
        on verdicts_in_order.report_number = segment_changes.report_number
        and segments_of_rows.segment_id = segment_changes.definition_id
        and segment_changes.cause = 'segment_definition'

),

changes_explained as (

    select
        *,
        case
            when is_first then 'first_report'
            else coalesce(
                nullif(
                    concat_ws(
                        ', ',
                        case when changed_thresholds is not null then 'threshold' end,
                        case
                            when changed_segment is not null then 'segment_definition'
                        end,
                        case when corrected_extract_count > 0 then 'correction' end,
                        case when new_extract_count > 0 then 'new_data' end,
                        case when as_of <> previous_as_of then 'as_of' end
                    ),
                    ''
                ),
                'definition'
            )
        end as causes

    from changes

)

select
    mart,
    segment_id,
    row_key,
    verdict,
    verdict_before,
    split_part(causes, ', ', 1) as cause,
    causes,
    case when not is_first then changed_thresholds end as changed_thresholds,
    case when not is_first then changed_segment end as changed_segment,
    case when not is_first then contract_names end as changed_contracts,
    publication_id,
    cast(change_number as bigint) as change_number,
    publication_id is null as is_this_publication,
    as_of as reported_as_of_date,
    last_as_of as last_reported_as_of_date,
    published_at

from changes_explained
