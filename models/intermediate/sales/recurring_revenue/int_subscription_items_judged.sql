-- Grain: one row per version of a subscription item, with the days on which it counts.
with

item_versions as (

    select * from {{ ref('int_subscription_items_versioned') }}

),

voided_items as (

    select * from {{ ref('int_subscription_items_voided') }}

),

versions_with_previous as (

    select
        *,
        coalesce(
            status_group = 'past_due'
            and lag(status_group) over (
                partition by source_system, subscription_item_id
                order by version_number
            ) = 'past_due',
            false
        ) as is_still_past_due,
        last_value(ended_date) over (
            partition by source_system, subscription_item_id
            order by version_number
            rows between unbounded preceding and unbounded following
        ) as last_ended_date

    from item_versions

),

versions_in_runs as (

    -- Versions of an item that is past due all along are one run.
    select
        *,
        sum(case when is_still_past_due then 0 else 1 end) over (
            partition by source_system, subscription_item_id
            order by version_number
            rows between unbounded preceding and current row
        ) as run_number

    from versions_with_previous

),

runs_measured as (

    select
        *,
        min(case when has_start then valid_from_date else current_period_end_date end)
            over run as run_start_date,
        max(valid_to_date) over run as run_end_date,
        min(current_period_end_date) over run as run_paid_until_date

    from versions_in_runs

    window run as (
        partition by source_system, subscription_item_id, run_number
    )

),

runs_with_grace as (

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
        runs_with_grace.*,
        -- Past due beyond the grace: it left when what it had paid for ended.
        case
            when
                runs_with_grace.status_group = 'past_due'
                and runs_with_grace.grace_end_date
                < least(runs_with_grace.run_end_date, {{ as_of() }})
                then
                    greatest(
                        runs_with_grace.run_start_date,
                        least(
                            coalesce(
                                runs_with_grace.run_paid_until_date,
                                runs_with_grace.run_start_date
                            ),
                            runs_with_grace.grace_end_date
                        )
                    )
        end as given_up_date,
        case
            when runs_with_grace.is_internal then 'internal'
            when runs_with_grace.is_test then 'test'
            when voided_items.subscription_item_id is not null then 'voided'
            when runs_with_grace.status_group is null then 'unknown_status'
            when
                runs_with_grace.billing_interval
                not in ('day', 'week', 'month', 'quarter', 'year')
                or runs_with_grace.interval_count < 1
                then 'unknown_interval'
            when
                runs_with_grace.status_group in ('ended', 'unpaid')
                and not runs_with_grace.has_start
                and runs_with_grace.ended_date is null
                then 'no_end_date'
        end as exclusion_reason

    from runs_with_grace

    left join voided_items
        on runs_with_grace.source_system = voided_items.source_system
        and runs_with_grace.subscription_item_id = voided_items.subscription_item_id

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
    is_record,
    exclusion_reason is null as is_counted,
    given_up_date is not null as is_given_up,
    valid_from_date,
    valid_to_date,
    -- It counts at every instant after the first of these days has begun, up to the
    -- beginning of the second.
    greatest(valid_from_date, started_date, trial_end_date) as counts_from_date,
    case
        when status_group in ('paying', 'past_due')
            then least(valid_to_date, ended_date, last_ended_date, given_up_date)
        -- A pause that has a date begins then, and not with the version that tells it.
        when status_group = 'paused' and paused_from_date is not null
            then least(valid_to_date, ended_date, last_ended_date)
        -- What has been cancelled stays until the end of its period.
        when
            status_group = 'ended' and ended_date is not null
            or status_group = 'unpaid' and not has_start
            then least(valid_to_date, ended_date, last_ended_date)
    end as counts_until_date,
    cancel_requested_date,
    paused_from_date,
    paused_until_date,
    discount_end_date,
    started_date

from versions_judged
