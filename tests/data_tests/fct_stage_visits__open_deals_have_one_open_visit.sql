{#- A deal that is open stands in exactly one stage, and one that is closed in none. -#}
{{ config(meta={'dagster': {'ref': {'name': 'fct_stage_visits'}}}) }}

with

visits as (

    select * from {{ ref('fct_stage_visits') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

open_visits as (

    select
        opportunity_key,
        count(*) as open_visit_count

    from visits

    where is_open

    group by opportunity_key

),

judged as (

    select
        opportunities.opportunity_key,
        opportunities.outcome,
        coalesce(open_visits.open_visit_count, 0) as open_visit_count,
        case
            when
                opportunities.outcome = 'open'
                and coalesce(open_visits.open_visit_count, 0) = 0
                then 'an open deal stands in no stage'
            when
                opportunities.outcome = 'open'
                and open_visits.open_visit_count > 1
                then 'an open deal stands in several stages'
            when
                opportunities.outcome <> 'open'
                and open_visits.open_visit_count > 0
                then 'a closed deal stands in a stage'
        end as failure

    from opportunities

    left join open_visits
        on opportunities.opportunity_key = open_visits.opportunity_key

)

select
    opportunity_key,
    outcome,
    open_visit_count,
    failure

from judged

where failure is not null
