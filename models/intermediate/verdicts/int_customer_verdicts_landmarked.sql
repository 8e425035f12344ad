-- Grain: one row per customer that was there when a wave had decided about its segment.
with

verdicts as (

    select * from {{ ref('verdict_fit_by_segment') }}

),

landmarks as (

    select * from {{ ref('int_waves_landmarked') }}

),

spells as (

    select * from {{ ref('int_customer_spells') }}

),

decided_waves as (

    select
        verdicts.segment_id,
        verdicts.survey_id,
        verdicts.wave_id,
        case verdicts.verdict when 'above' then 'focus' else 'other' end as side,
        landmarks.landmark_month

    from verdicts

    inner join landmarks
        on verdicts.survey_id = landmarks.survey_id
        and verdicts.wave_id = landmarks.wave_id

    where
        verdicts.fit_basis = 'pmf'
        and verdicts.verdict in ('above', 'below')
        and verdicts.segment_id <> 'all'

    -- Of several questions at one time one counts.
    qualify row_number() over (
        partition by verdicts.segment_id, landmarks.landmark_month
        order by verdicts.survey_id, verdicts.wave_id, verdicts.verdict
    ) = 1

),

customers_at_landmarks as (

    select
        spells.customer_key,
        decided_waves.side,
        spells.is_event,
        decided_waves.landmark_month,
        spells.duration_months
        - spells.entry_age
        - {{ dbt.datediff(
            'spells.first_month', 'decided_waves.landmark_month', 'month'
        ) }} as followed_months

    from spells

    inner join decided_waves
        on spells.segment_id = decided_waves.segment_id
        and spells.first_month <= decided_waves.landmark_month

)

select
    customer_key,
    side,
    cast(followed_months as bigint) as followed_months,
    is_event,
    landmark_month

from customers_at_landmarks

where
    case when is_event then followed_months > 0 else followed_months >= 0 end

qualify row_number() over (
    partition by customer_key
    order by landmark_month
) = 1
