-- Grain: one row per segment and complete month, from its first new customer on.
with

months as (

    select * from {{ ref('int_new_customers_counted') }}

),

customers as (

    select * from {{ ref('int_customers_acquired') }}

),

active_months as (

    select * from {{ ref('int_customers_active') }}

),

invites as (

    select * from {{ ref('stg_crm__invites') }}

),

resolved_accounts as (

    select * from {{ ref('int_accounts_resolved') }}

),

customer_segments as (

    select * from {{ ref('int_customer_segments_spanned') }}

),

new_customers as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        acquired_month,
        count(*) filter (where channel_group <> 'unknown') as known_count,
        count(*) filter (where channel_group = 'referral') as referral_count,
        count(*) filter (where channel_group = 'organic') as organic_count,
        count(*) filter (where channel_group = 'rewarded_referral')
            as rewarded_count

    from customers

    group by acquired_month, rollup(segment_id)

),

bases as (

    -- What makes a customer new is also what makes it active.
    select
        case when acquisition_basis = 'order' then 'orders' else 'contract' end
            as activity_basis

    from customers

    group by case when acquisition_basis = 'order' then 'orders' else 'contract' end

),

customers_of_months as (

    select
        active_months.customer_key,
        active_months.active_month,
        min(active_months.segment_id) as segment_id

    from active_months

    inner join bases
        on active_months.activity_basis = bases.activity_basis

    where active_months.active_month is not null

    group by active_months.customer_key, active_months.active_month

),

active_customers as (

    select
        case
            when grouping(customers_of_months.segment_id) = 1 then 'all'
            else customers_of_months.segment_id
        end as segment_id,
        customers_of_months.active_month,
        count(*) as active_count,
        count(*) filter (where customers.customer_key is null) as returning_count

    from customers_of_months

    left join customers
        on customers_of_months.customer_key = customers.customer_key
        and customers_of_months.active_month = customers.acquired_month

    group by
        customers_of_months.active_month, rollup(customers_of_months.segment_id)

),

invites_with_segment as (

    select
        coalesce(customer_segments.segment_id, 'unknown') as segment_id,
        {{ month_of('invites.invited_date') }} as invited_month,
        coalesce(invites.converted_date < {{ as_of() }}, false) as is_converted

    from invites

    left join resolved_accounts
        on invites.source_system = resolved_accounts.source_system
        and invites.inviting_account_id = resolved_accounts.account_id

    left join customer_segments
        on resolved_accounts.source_system
        || ':'
        || resolved_accounts.customer_account_id = customer_segments.customer_key
        and invites.invited_date >= customer_segments.valid_from_date
        and invites.invited_date < customer_segments.valid_to_date

    where invites.invited_date < {{ as_of() }}

),

invite_counts as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        invited_month,
        count(*) as invite_count,
        count(*) filter (where is_converted) as converted_invite_count

    from invites_with_segment

    group by invited_month, rollup(segment_id)

)

select
    months.segment_id,
    months.new_customer_count,
    coalesce(new_customers.known_count, 0) as known_count,
    coalesce(new_customers.referral_count, 0) as referral_count,
    coalesce(new_customers.organic_count, 0) as organic_count,
    coalesce(new_customers.rewarded_count, 0) as rewarded_count,
    coalesce(active_customers.active_count, 0) as active_count,
    coalesce(active_customers.returning_count, 0) as returning_count,
    coalesce(invite_counts.invite_count, 0) as invite_count,
    coalesce(invite_counts.converted_invite_count, 0) as converted_invite_count,
    months.acquired_month

from months

left join new_customers
    on months.segment_id = new_customers.segment_id
    and months.acquired_month = new_customers.acquired_month

left join active_customers
    on months.segment_id = active_customers.segment_id
    and months.acquired_month = active_customers.active_month

left join invite_counts
    on months.segment_id = invite_counts.segment_id
    and months.acquired_month = invite_counts.invited_month
