-- Grain: one row per list and value that it declares.
with

products as (

    select * from {{ ref('stg_crm__products') }}

),

resolved_accounts as (

    select * from {{ ref('int_accounts_resolved') }}

),

segments as (

    select * from {{ ref('segments') }}

),

stages as (

    select * from {{ ref('stages') }}

),

lost_reasons as (

    select * from {{ ref('lost_reasons') }}

),

channels as (

    select * from {{ ref('channels') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

answer_labels as (

    select * from {{ ref('answer_labels') }}

),

subscription_statuses as (

    select * from {{ ref('subscription_statuses') }}

),

cancel_reasons as (

    select * from {{ ref('cancel_reasons') }}

),

releases as (

    select * from {{ ref('stg_product__releases') }}

),

feedback_themes as (

    select * from {{ ref('feedback_themes') }}

),

declared as (

    select
        'crm.products' as list_name,
        product as declared_value

    from products

    union all

    select
        'crm.accounts',
        source_system || ':' || account_id

    from resolved_accounts

    union all

    select
        'segments',
        segment_id

    from segments

    union all

    select
        'stages',
        stage

    from stages

    union all

    select
        'lost_reasons',
        lost_reason

    from lost_reasons

    union all

    select
        'channels',
        channel

    from channels

    union all

    select
        'currencies',
        currency_code

    from currencies

    union all

    select
        'subscription_statuses',
        status

    from subscription_statuses

    union all

    select
        'cancel_reasons',
        cancel_reason

    from cancel_reasons

    union all

    select
        'answer_labels',
        question_kind || ': ' || answer_label

    from answer_labels

    union all

    select
        'feedback_themes',
        theme

    from feedback_themes

    union all

    select
        'product.releases',
        release_id

    from releases

)

-- Several pipelines or systems may declare the same value.
select distinct
    list_name,
    lower(trim(declared_value)) as declared_value

from declared
