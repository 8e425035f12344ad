-- Grain: one row per report of verdicts and threshold or segment that was other before.
with

reports as (

    select * from {{ ref('int_verdict_publications_explained') }}

),

reported_values as (

    select * from {{ source('ops', 'reported_values') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

definitions_of_now as (

    select
        'core.dim_thresholds' as mart,
        threshold_id as definition_id,
        'value' as value_name,
        cast(cast(cast(value as decimal(38, 9)) as double) as varchar) as definition

    from thresholds

    union all

    select
        'core.dim_segments' as mart,
        segment_id as definition_id,
        'segment_name' as value_name,
        segment_name as definition

    from segments

    union all

    select
        'core.dim_segments' as mart,
        segment_id as definition_id,
        'segment_description' as value_name,
        segment_description as definition

    from segments

),

reported_definitions as (

    select
        reports.report_number,
        reported_values.mart,
        reported_values.row_key as definition_id,
        reported_values.value_name,
        coalesce(
            reported_values.reported_text,
            cast(cast(reported_values.reported_value as double) as varchar)
        ) as definition

    from reported_values

    inner join reports
        on reported_values.publication_id = reports.publication_id

    where reported_values.mart in ('core.dim_thresholds', 'core.dim_segments')

),

last_definitions as (

    select
        mart,
        definition_id,
        value_name,
        definition

    from reported_definitions

    qualify row_number() over (
        partition by mart, definition_id, value_name
        order by report_number desc
    ) = 1

),

first_reports as (

    select
        mart,
        min(report_number) as first_report_number

    from reported_definitions

    group by mart

),

all_definitions as (

    select
        report_number,
        mart,
        definition_id,
        value_name,
        definition

    from reported_definitions

    union all

    select
        reports.report_number,
        coalesce(definitions_of_now.mart, last_definitions.mart) as mart,
        coalesce(definitions_of_now.definition_id, last_definitions.definition_id)
            as definition_id,
        coalesce(definitions_of_now.value_name, last_definitions.value_name)
            as value_name,
        definitions_of_now.definition

    from definitions_of_now

    full join last_definitions
        on definitions_of_now.mart = last_definitions.mart
        and definitions_of_now.definition_id = last_definitions.definition_id
        and definitions_of_now.value_name = last_definitions.value_name

    inner join reports
        on reports.publication_id is null

    where definitions_of_now.definition is distinct from last_definitions.definition

),

definitions_with_before as (

    select
        report_number,
        mart,
        definition_id,
        value_name,
        definition,
        lag(definition) over (
            partition by mart, definition_id, value_name
            order by report_number
        ) as definition_before

    from all_definitions

)

select
    definitions_with_before.report_number,
    case definitions_with_before.mart
        when 'core.dim_thresholds' then 'threshold'
        else 'segment_definition'
    end as cause,
    definitions_with_before.definition_id,
    string_agg(
        definitions_with_before.definition_id
        || case
            when definitions_with_before.mart = 'core.dim_segments'
                then ' (' || definitions_with_before.value_name || ')'
            else ''
        end
        || ' from '
        || coalesce(definitions_with_before.definition_before, 'nothing')
        || ' to '
        || coalesce(definitions_with_before.definition, 'nothing'),
        '; '
        order by definitions_with_before.value_name
    ) as change_text

from definitions_with_before

inner join first_reports
    on definitions_with_before.mart = first_reports.mart
    -- What is told for the first time has not changed.
    and definitions_with_before.report_number > first_reports.first_report_number

group by
    definitions_with_before.report_number,
    definitions_with_before.mart,
    definitions_with_before.definition_id
