-- Grain: one row per feed, source system and reason.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

responses as (

    select * from {{ ref('fct_survey_responses') }}

),

answers as (

    select * from {{ ref('fct_survey_answers') }}

),

invitations as (

    select * from {{ ref('bridge_survey_invitations') }}

),

subscription_versions as (

    select * from {{ ref('int_subscription_items_judged') }}

),

feedback as (

    select * from {{ ref('fct_feedback') }}

),

excluded_records as (

    select
        'shop.order_lines' as feed,
        source_system,
        exclusion_reason,
        sum(line_count) as record_count

    from orders

    where not is_counted

    group by source_system, exclusion_reason

    union all

    select
        'crm.opportunities' as feed,
        source_system,
        exclusion_reason,
        count(*) as record_count

    from opportunities

    where not is_counted

    group by source_system, exclusion_reason

    union all

    select
        'survey.responses' as feed,
        source_system,
        exclusion_reason,
        count(*) as record_count

    from responses

    where not is_counted

    group by source_system, exclusion_reason

    union all

    select
        'survey.answers' as feed,
        source_system,
        exclusion_reason,
        count(*) as record_count

    from answers

    where not is_counted

    group by source_system, exclusion_reason

    union all

    select
        'survey.invitations' as feed,
        source_system,
        exclusion_reason,
        count(*) as record_count

    from invitations

    where not is_counted

    group by source_system, exclusion_reason

    union all

    select
        'billing.subscriptions' as feed,
        source_system,
        exclusion_reason,
        count(*) as record_count

    from subscription_versions

    where
        is_record
        and not is_counted

    group by source_system, exclusion_reason

    union all

    select
        'product.feedback' as feed,
        source_system,
        exclusion_reason,
        count(*) as record_count

    from feedback

    where not is_counted

    group by source_system, exclusion_reason

)

select
    feed,
    source_system,
    exclusion_reason,
    cast(record_count as bigint) as record_count

from excluded_records
