-- Grain: one row per piece of feedback known at the as-of date.
with

feedback as (

    select * from {{ ref('stg_product__feedback') }}

),

themed as (

    select * from {{ ref('int_feedback_themed') }}

),

matched_accounts as (

    select * from {{ ref('int_account_references_matched') }}

),

segments as (

    select * from {{ ref('int_customer_segments_spanned') }}

),

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

feedback_judged as (

    select
        feedback.source_system,
        feedback.feedback_id,
        matched_accounts.customer_key,
        coalesce(segments.segment_id, 'unknown') as segment_id,
        coalesce(segments.segment_basis, 'none') as segment_basis,
        coalesce(matched_accounts.match_method, 'none') as match_method,
        coalesce(lower(trim(feedback.channel)), 'unknown') as channel,
        themed.theme,
        themed.theme_basis,
        case
            when matched_accounts.is_internal then 'internal'
            when matched_accounts.is_test then 'test'
        end as exclusion_reason,
        -- What was known when it was said: the last month end before.
        coalesce(customer_months.mrr_amount, 0) as mrr_amount,
        coalesce(customer_months.is_active, false) as is_from_customer,
        feedback.opportunity_id is not null as has_opportunity,
        feedback.given_date

    from feedback

    inner join themed
        on feedback.source_system = themed.source_system
        and feedback.feedback_id = themed.feedback_id

    left join matched_accounts
        on feedback.source_system = matched_accounts.source_system
        and feedback.account_id = matched_accounts.account_id

    left join segments
        on matched_accounts.customer_key = segments.customer_key
        and feedback.given_date >= segments.valid_from_date
        and feedback.given_date < segments.valid_to_date

    left join customer_months
        on matched_accounts.customer_key = customer_months.customer_key
        and {{ months_later(month_of('feedback.given_date'), -1) }}
        = customer_months.mrr_month

)

select
    source_system || ':' || feedback_id as feedback_key,
    customer_key,
    segment_id,
    source_system,
    segment_basis,
    match_method,
    channel,
    theme,
    theme_basis,
    exclusion_reason,
    cast(mrr_amount as decimal(18, 4)) as mrr_amount,
    is_from_customer,
    has_opportunity,
    exclusion_reason is null as is_counted,
    given_date

from feedback_judged
