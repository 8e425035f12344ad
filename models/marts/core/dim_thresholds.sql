-- Grain: one row per threshold.
with

thresholds as (

    select * from {{ ref('thresholds') }}

)

select
    threshold_id,
    unit,
    kind,
    provenance,
    evidence,
    {{ json_object([
        ('threshold_id', 'threshold_id'),
        ('value', 'value'),
        ('unit', 'unit'),
        ('kind', 'kind'),
        ('provenance', 'provenance'),
        ('evidence', 'evidence'),
    ]) }} as statement,
    value

from thresholds
