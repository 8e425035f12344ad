-- Grain: one row per version of a subscription item, known at the as-of date.
with

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

matched_accounts as (

    select * from {{ ref('int_account_references_matched') }}

),

statuses as (

    select * from {{ ref('subscription_statuses') }}

),

known_versions as (

    select
        subscriptions.source_system,
        subscriptions.subscription_item_id,
        subscriptions.subscription_id,
        matched_accounts.customer_key,
        subscriptions.currency_code,
        lower(trim(subscriptions.billing_interval)) as billing_interval,
        statuses.status_group,
        lower(trim(subscriptions.cancel_reason)) as cancel_reason,
        lower(trim(subscriptions.discount_duration)) as discount_duration,
        coalesce(subscriptions.quantity, 1) as quantity,
        subscriptions.unit_amount,
        coalesce(subscriptions.interval_count, 1) as interval_count,
        coalesce(subscriptions.discount_percent, 0) as discount_percent,
        coalesce(subscriptions.discount_amount, 0) as discount_amount,
        coalesce(matched_accounts.is_internal, false) as is_internal,
        coalesce(matched_accounts.is_test, false) as is_test,
        subscriptions.valid_from_date is not null as has_history,
        subscriptions.started_date,
        subscriptions.current_period_end_date,
        subscriptions.trial_end_date,
        subscriptions.paused_from_date,
        subscriptions.paused_until_date,
        subscriptions.discount_end_date,
        subscriptions.updated_date,
        subscriptions.ended_date,
        -- Without a history of its own the item has had this state from its start.
        coalesce(subscriptions.valid_from_date, subscriptions.started_date)
            as valid_from_date,
        coalesce(
            lead(subscriptions.valid_from_date) over item_history, date '9999-12-31'
        ) as valid_to_date,
        row_number() over item_history as version_number

    from subscriptions

    left join matched_accounts
        on subscriptions.source_system = matched_accounts.source_system
        and subscriptions.account_id = matched_accounts.account_id

    left join statuses
        on lower(trim(subscriptions.status)) = statuses.status

    where coalesce(subscriptions.valid_from_date, date '0001-01-01') < {{ as_of() }}

    window item_history as (
        partition by subscriptions.source_system, subscriptions.subscription_item_id
        order by subscriptions.valid_from_at nulls first
    )

),

versions_with_end as (

    select
        *,
        case
            when ended_date is not null then ended_date
            -- The record tells that it has ended and not when: what was paid for ends.
            when status_group in ('ended', 'unpaid') and not has_history
                then coalesce(current_period_end_date, updated_date)
        end as end_date,
        coalesce(
            status_group = 'past_due'
            and lag(status_group) over item_history = 'past_due',
            false
        ) as is_still_past_due

    from known_versions

    window item_history as (
        partition by source_system, subscription_item_id
        order by version_number
    )

),

versions_in_runs as (

    -- Versions of an item that is past due all along are one run.
    select
        *,
        sum(case when is_still_past_due then 0 else 1 end) over (
            partition by source_system, subscription_item_id
            order by version_number
            rows between unbounded preceding and current row
        ) as run_number,
        last_value(end_date) over (
            partition by source_system, subscription_item_id
            order by version_number
            rows between unbounded preceding and unbounded following
        ) as last_end_date

    from versions_with_end

),

runs_measured as (

    select
        *,
        min(
            case when has_history then valid_from_date else current_period_end_date end
        ) over run as run_start_date,
        max(valid_to_date) over run as run_end_date,
        min(current_period_end_date) over run as run_paid_until_date

    from versions_in_runs

    window run as (
        partition by source_system, subscription_item_id, run_number
    )

),

past_due_judged as (

    select
        *,
        cast(
            {{ dbt.dateadd('day', var('past_due_grace_days'), 'run_start_date') }}
            as date
        ) as grace_end_date

    from runs_measured

),

versions_judged as (

    select
        *,
        -- Past due beyond the grace: it left when what it had paid for ended.
        case
            when
                status_group = 'past_due'
                and grace_end_date < least(run_end_date, {{ as_of() }})
                then
                    greatest(
                        run_start_date,
                        least(
                            coalesce(run_paid_until_date, run_start_date),
                            grace_end_date
                        )
                    )
        end as given_up_date,
        case
            when is_internal then 'internal'
            when is_test then 'test'
            when status_group is null then 'unknown_status'
            when
                billing_interval not in ('day', 'week', 'month', 'quarter', 'year')
                or interval_count < 1
                then 'unknown_interval'
            when
                status_group in ('ended', 'unpaid')
                and not has_history
                and end_date is null
                then 'no_end_date'
        end as exclusion_reason

    from past_due_judged

)

select
    source_system,
    subscription_item_id,
    subscription_id,
    customer_key,
    currency_code,
    billing_interval,
    status_group,
    cancel_reason,
    discount_duration,
    exclusion_reason,
    version_number,
    quantity,
    unit_amount,
    interval_count,
    discount_percent,
    discount_amount,
    exclusion_reason is null as is_counted,
    given_up_date is not null as is_given_up,
    -- It counts at every instant after the first date and up to the second.
    greatest(valid_from_date, started_date, trial_end_date) as counts_from_date,
    case
        when status_group in ('paying', 'past_due')
            then least(valid_to_date, end_date, last_end_date, given_up_date)
        when status_group = 'paused' and paused_from_date is not null
            then least(valid_to_date, end_date, last_end_date)
        -- Ended at the end of its period: it stays until then.
        when status_group = 'ended' or not has_history and status_group = 'unpaid'
            then
                case
                    when end_date is not null
                        then least(valid_to_date, end_date, last_end_date)
                end
    end as counts_until_date,
    paused_from_date,
    paused_until_date,
    discount_end_date,
    started_date,
    end_date,
    valid_from_date,
    valid_to_date

from versions_judged
