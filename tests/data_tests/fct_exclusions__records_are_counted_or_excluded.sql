{#- Of every feed whose records may be left out, what the facts hold is what counts plus
    what is excluded with a reason: nothing is dropped in between. -#}
{{ config(meta={'dagster': {'ref': {'name': 'fct_exclusions'}}}) }}

with

exclusions as (

    select * from {{ ref('fct_exclusions') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

responses as (

    select * from {{ ref('fct_survey_responses') }}

),

subscription_versions as (

    select * from {{ ref('int_subscription_items_judged') }}

),

answers as (

    select * from {{ ref('fct_survey_answers') }}

),

invitations as (

    select * from {{ ref('bridge_survey_invitations') }}

),

feedback as (

    select * from {{ ref('fct_feedback') }}

),

facts as (

    select
        'shop.order_lines' as feed,
        coalesce(sum(line_count), 0) as record_count,
        coalesce(sum(line_count) filter (where is_counted), 0) as counted_count

    from orders

    union all

    select
        'crm.opportunities' as feed,
        count(*) as record_count,
        count(*) filter (where is_counted) as counted_count

    from opportunities

    union all

    select
        'survey.responses' as feed,
        count(*) as record_count,
        count(*) filter (where is_counted) as counted_count

    from responses

    union all

    select
        'billing.subscriptions' as feed,
        count(*) as record_count,
        count(*) filter (where is_counted) as counted_count

    from subscription_versions

    where is_record

    union all

    select
        'survey.answers' as feed,
        count(*) as record_count,
        count(*) filter (where is_counted) as counted_count

    from answers

    union all

    select
        'survey.invitations' as feed,
        count(*) as record_count,
        count(*) filter (where is_counted) as counted_count

    from invitations

    union all

    select
        'product.feedback' as feed,
        count(*) as record_count,
        count(*) filter (where is_counted) as counted_count

    from feedback

),

excluded as (

    select
        feed,
        sum(record_count) as excluded_count

    from exclusions

    where exclusion_reason is not null

    group by feed

)

select
    facts.feed,
    facts.record_count,
    facts.counted_count,
    coalesce(excluded.excluded_count, 0) as excluded_count

from facts

left join excluded
    on facts.feed = excluded.feed

where
    facts.record_count
    <> facts.counted_count + coalesce(excluded.excluded_count, 0)
