{#- Once a deal is closed for good it stands in no stage any more. A visit that the
    history records later has no length. -#}
{{ config(meta={'dagster': {'ref': {'name': 'fct_stage_visits'}}}) }}

with

visits as (

    select * from {{ ref('fct_stage_visits') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

)

select
    visits.opportunity_key,
    visits.stage,
    visits.entered_at,
    visits.left_at,
    opportunities.closed_at

from visits

inner join opportunities
    on visits.opportunity_key = opportunities.opportunity_key

where
    opportunities.closed_at is not null
    and coalesce(visits.left_at, timestamp '9999-12-31 00:00:00')
    > greatest(
        opportunities.closed_at, coalesce(visits.entered_at, opportunities.closed_at)
    )
