-- Grain: one row per feed, column and value that the data has.
with

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

opportunities as (

    select * from {{ ref('stg_crm__opportunities') }}

),

stage_entries as (

    select * from {{ ref('stg_crm__opportunity_stages') }}

),

order_lines as (

    select * from {{ ref('stg_shop__order_lines') }}

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

answers as (

    select * from {{ ref('int_answers_scored') }}

),

touchpoints as (

    select * from {{ ref('stg_crm__touchpoints') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

spend as (

    select * from {{ ref('stg_finance__spend') }}

),

margins as (

    select * from {{ ref('stg_finance__margins') }}

),

feedback as (

    select * from {{ ref('stg_product__feedback') }}

),

releases as (

    select * from {{ ref('stg_product__releases') }}

),

theme_releases as (

    select * from {{ ref('theme_releases') }}

),

matched_accounts as (

    select * from {{ ref('int_account_references_matched') }}

),

observed as (

    select
        'crm.opportunities' as feed,
        'product' as column_name,
        'crm.products' as list_name,
        product as observed_value

    from opportunities

    union all

    select
        'crm.opportunities',
        'stage',
        'stages',
        stage

    from opportunities

    union all

    select
        'crm.opportunity_stages',
        'stage',
        'stages',
        stage

    from stage_entries

    union all

    select
        'crm.opportunities',
        'lost_reason',
        'lost_reasons',
        lost_reason

    from opportunities

    union all

    select
        'crm.opportunities',
        'lead_source',
        'channels',
        lead_source

    from opportunities

    union all

    select
        'crm.opportunities',
        'currency_code',
        'currencies',
        currency_code

    from opportunities

    union all

    select
        'crm.opportunities',
        'account_id',
        'crm.accounts',
        source_system || ':' || account_id
    from opportunities

    union all

    select
        'crm.touchpoints',
        'channel',
        'channels',
        channel

    from touchpoints

    union all

    select
        'crm.leads',
        'channel',
        'channels',
        channel

    from leads

    union all

    select
        'finance.spend',
        'segment',
        'segments',
        segment_id

    from spend

    union all

    select
        'finance.spend',
        'currency_code',
        'currencies',
        currency_code

    from spend

    union all

    select
        'finance.margins',
        'segment',
        'segments',
        segment_id

    from margins

    union all

    select
        'crm.accounts',
        'segment',
        'segments',
        segment_id

    from accounts

    union all

    select
        'shop.order_lines',
        'segment',
        'segments',
        segment_id

    from order_lines

    union all

    select
        'shop.order_lines',
        'channel',
        'channels',
        channel

    from order_lines

    union all

    select
        'shop.order_lines',
        'currency_code',
        'currencies',
        currency_code

    from order_lines

    union all

    select
        'shop.order_lines',
        'account_id',
        'crm.accounts',
        source_system || ':' || account_id
    from order_lines

    union all

    select
        'billing.subscriptions',
        'account_id',
        'crm.accounts',
        source_system || ':' || account_id
    from subscriptions

    union all

    select
        'billing.subscriptions',
        'currency_code',
        'currencies',
        currency_code

    from subscriptions

    union all

    select
        'billing.subscriptions',
        'status',
        'subscription_statuses',
        status

    from subscriptions

    union all

    select
        'billing.subscriptions',
        'cancel_reason',
        'cancel_reasons',
        cancel_reason

    from subscriptions

    union all

    select
        'billing.invoices',
        'account_id',
        'crm.accounts',
        source_system || ':' || account_id
    from invoices

    union all

    select
        'billing.invoices',
        'currency_code',
        'currencies',
        currency_code

    from invoices

    union all

    select
        'survey.responses',
        'segment',
        'segments',
        segment_id

    from responses

    union all

    select
        'survey.responses',
        'account_id',
        'crm.accounts',
        source_system || ':' || account_id
    from responses

    union all

    select
        'survey.answers',
        'answer_label',
        'answer_labels',
        question_kind || ': ' || answer_label
    from answers

    where
        answer_number is null
        and answer_label is not null

    union all

    select
        'product.feedback',
        'theme',
        'feedback_themes',
        theme

    from feedback

    union all

    select
        'product.feedback',
        'account_id',
        'crm.accounts',
        source_system || ':' || account_id
    from feedback

    union all

    select
        'product.releases',
        'theme',
        'feedback_themes',
        theme

    from releases

    union all

    select
        'product.releases',
        'segment',
        'segments',
        segment_id

    from releases

    union all

    select
        'seeds.theme_releases',
        'theme',
        'feedback_themes',
        theme

    from theme_releases

    union all

    select
        'seeds.theme_releases',
        'release_id',
        'product.releases',
        release_id

    from theme_releases

),

counted as (

    select
        feed,
        column_name,
        list_name,
        observed_value,
        count(*) as record_count

    from observed

    where observed_value is not null

    group by feed, column_name, list_name, observed_value

)

select
    counted.feed,
    counted.column_name,
    counted.list_name,
    counted.observed_value,
    counted.record_count,
    matched_accounts.match_method

from counted

-- An account that was matched in any way is not a value that a list lacks.
left join matched_accounts
    on counted.list_name = 'crm.accounts'
    and counted.observed_value
    = matched_accounts.source_system || ':' || matched_accounts.account_id
