-- Grain: one row per verdict mart and row of it.
{%- set claims = [
    ('fit', 'verdict_fit_by_segment'),
    ('quadrant', 'verdict_fit_sales_quadrant'),
    ('surge', 'verdict_surge_and_fade'),
    ('readiness', 'verdict_scale_readiness'),
    ('word_of_mouth', 'verdict_word_of_mouth'),
    ('longevity', 'verdict_longevity'),
    ('lead_lag', 'verdict_lead_lag'),
    ('balance', 'verdict_investment_balance'),
    ('release_impact', 'verdict_release_impact'),
    ('feedback_loop', 'verdict_feedback_loop'),
    ('readiness_criterion', 'verdict_scale_readiness__criterion'),
] %}
with

{% for claim, mart in claims -%}
{{ claim }}_verdicts as (

    select * from {{ ref(mart) }}

){{ "," if not loop.last }}

{% endfor -%}
{% for claim, mart in claims -%}
select
    '{{ claim }}' as claim,
    'verdicts.{{ mart }}' as mart,
    {{ reported_key(mart) if execute else "''" }} as row_key,
    segment_id,
    verdict,
    reason,
    needed_unit,
    thresholds,
    needed_count,
    is_current

from {{ claim }}_verdicts
{{ "\nunion all\n\n" if not loop.last }}
{%- endfor %}
