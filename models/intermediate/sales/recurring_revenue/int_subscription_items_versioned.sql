-- Grain: one row per version of a subscription item, known at the as-of date.
with

delivered_versions as (

    select * from {{ ref('stg_billing__subscription_versions') }}

),

matched_accounts as (

    select * from {{ ref('int_account_references_matched') }}

),

statuses as (

    select * from {{ ref('subscription_statuses') }}

),

ranked_versions as (

    select
        *,
        row_number() over (
            partition by source_system, subscription_item_id
            order by
                valid_from_at nulls first,
                effective_at nulls first,
                extract_id,
                record_number nulls first
        ) as delivery_number

    from delivered_versions

    -- Where billing dates its versions, a later delivery of one corrects it. Where it
    -- keeps one state only, each state that was delivered is a version.
    where
        valid_from_at is null
        or record_status = 'current' and not is_deleted

),

known_versions as (

    select
        *,
        valid_from_date is not null or delivery_number > 1 as has_start,
        -- The first state that is known has held since the item started.
        case
            when valid_from_date is not null then valid_from_date
            when delivery_number = 1 then started_date
            else effective_date
        end as holds_from_date

    from ranked_versions

    where
        coalesce(valid_from_date, date '0001-01-01') < {{ as_of() }}
        and (
            valid_from_date is not null
            or delivery_number = 1
            or effective_date < {{ as_of() }}
        )

)

select
    known_versions.source_system,
    known_versions.subscription_item_id,
    known_versions.subscription_id,
    matched_accounts.customer_key,
    known_versions.currency_code,
    lower(trim(known_versions.billing_interval)) as billing_interval,
    case when known_versions.is_deleted then 'ended' else statuses.status_group end
        as status_group,
    lower(trim(known_versions.cancel_reason)) as cancel_reason,
    lower(trim(known_versions.discount_duration)) as discount_duration,
    row_number() over item_history as version_number,
    coalesce(known_versions.quantity, 1) as quantity,
    known_versions.unit_amount,
    coalesce(known_versions.interval_count, 1) as interval_count,
    coalesce(known_versions.discount_percent, 0) as discount_percent,
    coalesce(known_versions.discount_amount, 0) as discount_amount,
    known_versions.has_start,
    known_versions.record_number is not null as is_record,
    coalesce(matched_accounts.is_internal, false) as is_internal,
    coalesce(matched_accounts.is_test, false) as is_test,
    known_versions.holds_from_date as valid_from_date,
    coalesce(
        lead(known_versions.holds_from_date) over item_history, date '9999-12-31'
    ) as valid_to_date,
    known_versions.started_date,
    case
        when known_versions.is_deleted
            then least(known_versions.ended_date, known_versions.effective_date)
        when known_versions.ended_date is not null then known_versions.ended_date
        -- It has ended, and nothing tells when: what was paid for ends.
        when
            statuses.status_group in ('ended', 'unpaid')
            and not known_versions.has_start
            then
                coalesce(
                    known_versions.current_period_end_date, known_versions.updated_date
                )
    end as ended_date,
    known_versions.current_period_end_date,
    known_versions.trial_end_date,
    known_versions.cancel_requested_date,
    known_versions.paused_from_date,
    known_versions.paused_until_date,
    known_versions.discount_end_date

from known_versions

left join matched_accounts
    on known_versions.source_system = matched_accounts.source_system
    and known_versions.account_id = matched_accounts.account_id

left join statuses
    on lower(trim(known_versions.status)) = statuses.status

window item_history as (
    partition by known_versions.source_system, known_versions.subscription_item_id
    order by known_versions.delivery_number
)
