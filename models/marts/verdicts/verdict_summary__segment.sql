-- Grain: one row per segment.
{%- set claims = [
    'fit', 'quadrant', 'surge', 'readiness', 'word_of_mouth', 'longevity',
    'lead_lag', 'balance', 'release_impact', 'feedback_loop',
] %}
with

segments as (

    select * from {{ ref('dim_segments') }}

),

verdicts as (

    select * from {{ ref('int_verdicts_collected') }}

),

fit_verdicts as (

    select * from {{ ref('verdict_fit_by_segment') }}

),

quadrants as (

    select * from {{ ref('verdict_fit_sales_quadrant') }}

),

current_verdicts as (

    select
        segment_id,
        claim,
        verdict,
        reason,
        needed_unit,
        needed_count,
        {{ is_open_verdict('verdict') }} as is_open,
        -- What rests on nothing else comes first: deciding it decides what rests on it.
        case claim
            {%- for claim in claims %}
            when '{{ claim }}' then {{ loop.index }}
            {%- endfor %}
        end as claim_number

    from verdicts

    -- The criteria of readiness are told with it, and counted once.
    where is_current and claim <> 'readiness_criterion'

),

side_by_side as (

    select
        segment_id,
        {%- for claim in claims %}
        max(case when claim = '{{ claim }}' then verdict end) as {{ claim }}_verdict,
        {%- endfor %}
        count(*) filter (where not is_open) as decided_verdict_count,
        count(*) filter (where is_open) as open_verdict_count

    from current_verdicts

    group by segment_id

),

deciding_verdicts as (

    -- What more answers or customers would decide goes before what they would not.
    select
        segment_id,
        claim,
        reason,
        needed_unit,
        needed_count

    from current_verdicts

    where is_open

    qualify row_number() over (
        partition by segment_id
        order by needed_count is null, claim_number
    ) = 1

)

select
    segments.segment_id,
    segments.segment_name,
    {%- for claim in claims %}
    side_by_side.{{ claim }}_verdict,
    {%- endfor %}
    deciding_verdicts.claim as deciding_claim,
    deciding_verdicts.reason as deciding_reason,
    deciding_verdicts.needed_unit,
    fit_verdicts.fit_basis,
    coalesce(side_by_side.decided_verdict_count, 0) as decided_verdict_count,
    coalesce(side_by_side.open_verdict_count, 0) as open_verdict_count,
    deciding_verdicts.needed_count,
    cast(fit_verdicts.denominator as bigint) as fit_sample_count,
    fit_verdicts.estimate as fit_estimate,
    fit_verdicts.ci_low as fit_ci_low,
    fit_verdicts.ci_high as fit_ci_high,
    cast(quadrants.customer_count as bigint) as customer_count,
    cast(quadrants.compared_customer_count as bigint) as compared_customer_count,
    quadrants.rate_ratio,
    quadrants.rate_ratio_low,
    quadrants.rate_ratio_high,
    {{ as_of() }} as as_of_date

from segments

left join side_by_side
    on segments.segment_id = side_by_side.segment_id

left join deciding_verdicts
    on segments.segment_id = deciding_verdicts.segment_id

left join fit_verdicts
    on segments.segment_id = fit_verdicts.segment_id
    and fit_verdicts.is_current

left join quadrants
    on segments.segment_id = quadrants.segment_id
    and quadrants.is_current
