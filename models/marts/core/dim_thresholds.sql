-- Grain: one row per threshold.
with

thresholds as (

    select * from {{ ref('thresholds') }}

),

segment_floors as (

    select * from {{ ref('segment_floors') }}

),

all_thresholds as (

    select
        threshold_id,
        unit,
        kind,
        provenance,
        evidence,
        value

    from thresholds

    union all

    select
        'logo_survival_floor'
        || case when segment_id <> 'default' then ':' || segment_id else '' end
            as threshold_id,
        'share' as unit,
        'own_target' as kind,
        provenance,
        'None; how long customers should stay is for each company to say' as evidence,
        logo_survival_rate

    from segment_floors

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

from all_thresholds
