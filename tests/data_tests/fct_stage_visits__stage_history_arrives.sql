{#- Where a source system delivers stage histories, deals have them. A history whose ids
    fit no deal, or one that has stopped, would leave the marts of stages empty or old
    without anybody noticing. -#}
{{ config(meta={'dagster': {'ref': {'name': 'fct_stage_visits'}}}) }}

with

stage_entries as (

    select * from {{ ref('stg_crm__opportunity_stages') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

visits as (

    select * from {{ ref('fct_stage_visits') }}

),

systems_with_history as (

    select source_system

    from stage_entries

    where entered_date < {{ as_of() }}

    group by source_system

),

deals_with_history as (

    select opportunity_key

    from visits

    where visit_basis = 'history'

    group by opportunity_key

),

deal_counts as (

    select
        opportunities.source_system,
        count(*) as deal_count,
        count(deals_with_history.opportunity_key) as deal_with_history_count,
        count(*) filter (
            where opportunities.created_date
            >= {{ dbt.dateadd('day', -90, as_of()) }}
        ) as new_deal_count,
        count(deals_with_history.opportunity_key) filter (
            where opportunities.created_date
            >= {{ dbt.dateadd('day', -90, as_of()) }}
        ) as new_deal_with_history_count

    from opportunities

    inner join systems_with_history
        on opportunities.source_system = systems_with_history.source_system

    left join deals_with_history
        on opportunities.opportunity_key = deals_with_history.opportunity_key

    group by opportunities.source_system

),

judged as (

    select
        *,
        case
            when deal_with_history_count = 0
                then 'the history that was delivered fits no deal'
            when new_deal_count >= 10 and new_deal_with_history_count = 0
                then 'no deal of the last 90 days has a history'
        end as failure

    from deal_counts

)

select
    source_system,
    deal_count,
    deal_with_history_count,
    new_deal_count,
    new_deal_with_history_count,
    failure

from judged

where failure is not null
