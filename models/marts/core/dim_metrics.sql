-- Grain: one row per metric column of every published mart.
{%- set metrics = metric_rows() if execute else [] %}
with

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

-- Made of the YAML of the models while dbt runs. The first row gives the types.
declared_metrics (
    metric_id,
    schema_name,
    model_name,
    column_name,
    metric_name,
    meaning,
    formula,
    grain,
    unit,
    interval_method,
    source,
    feeds,
    column_number
) as (

    values
    (
        cast(null as varchar), null, null, null, null, null, null, null, null, null,
        null, null, cast(null as bigint)
    )
    {%- for metric in metrics %},
    (
        {{ sql_text(metric.metric_id) }},
        {{ sql_text(metric.schema_name) }},
        {{ sql_text(metric.model_name) }},
        {{ sql_text(metric.column_name) }},
        {{ sql_text(metric.metric_name) }},
        {{ sql_text(metric.meaning) }},
        {{ sql_text(metric.formula) }},
        {{ sql_text(metric.grain) }},
        {{ sql_text(metric.unit) }},
        {{ sql_text(metric.interval_method) }},
        {{ sql_text(metric.source) }},
        {{ sql_text(metric.feeds) }},
        {{ metric.column_number }}
    )
    {%- endfor %}

),

declared_thresholds (metric_id, threshold_id) as (

    values
    (cast(null as varchar), cast(null as varchar))
    {%- for metric in metrics %}
    {%- for threshold_id in metric.threshold_ids %},
    ({{ sql_text(metric.metric_id) }}, {{ sql_text(threshold_id) }})
    {%- endfor %}
    {%- endfor %}

),

thresholds_of_metrics as (

    select
        declared_thresholds.metric_id,
        string_agg(
            declared_thresholds.threshold_id, ', '
            order by declared_thresholds.threshold_id
        ) as threshold_ids,
        string_agg(
            thresholds.threshold_id || ' (' || thresholds.kind || '): '
            || thresholds.provenance, '; '
            order by thresholds.threshold_id
        ) as threshold_provenance

    from declared_thresholds

    left join thresholds
        on declared_thresholds.threshold_id = thresholds.threshold_id

    group by declared_thresholds.metric_id

)

select
    declared_metrics.metric_id,
    declared_metrics.schema_name,
    declared_metrics.model_name,
    declared_metrics.column_name,
    declared_metrics.metric_name,
    declared_metrics.meaning,
    declared_metrics.formula,
    declared_metrics.grain,
    declared_metrics.unit,
    declared_metrics.interval_method,
    thresholds_of_metrics.threshold_ids,
    thresholds_of_metrics.threshold_provenance,
    declared_metrics.source,
    declared_metrics.feeds,
    declared_metrics.column_number

from declared_metrics

left join thresholds_of_metrics
    on declared_metrics.metric_id = thresholds_of_metrics.metric_id

where declared_metrics.metric_id is not null
