-- Grain: one row per segment, month, measure and component.
with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

movements as (

    select * from {{ ref('fct_mrr_movements') }}

),

listed_components as (

    -- what each measure is made of
    select
        listed.measure,
        listed.component

    from (
        values
        ('logo', 'all'),
        ('logo', 'voluntary'),
        ('logo', 'involuntary'),
        ('logo', 'unknown'),
        ('gross_mrr', 'all'),
        ('gross_mrr', 'voluntary'),
        ('gross_mrr', 'involuntary'),
        ('gross_mrr', 'unknown'),
        ('gross_mrr', 'contraction'),
        ('net_mrr', 'all'),
        ('net_mrr', 'voluntary'),
        ('net_mrr', 'involuntary'),
        ('net_mrr', 'unknown'),
        ('net_mrr', 'contraction'),
        ('net_mrr', 'expansion'),
        ('net_mrr', 'reactivation')
    ) as listed (measure, component)

),

losses as (

    -- At most one per customer and month; what comes in is a negative loss.
    select
        customer_key,
        case
            when movement = 'churn' then coalesce(churn_reason_group, 'unknown')
            else movement
        end as component,
        -- One digit more than amounts have, so that their products are wide decimals.
        cast(-amount as decimal(19, 4)) as lost_amount,
        mrr_month

    from movements

    where movement in ('churn', 'contraction', 'expansion', 'reactivation')

),

customers as (

    select
        customer_months.segment_id,
        losses.component,
        cast(customer_months.opening_mrr_amount as decimal(19, 4)) as opening_amount,
        losses.lost_amount,
        customer_months.mrr_month

    from customer_months

    left join losses
        on customer_months.customer_key = losses.customer_key
        and customer_months.mrr_month = losses.mrr_month

    where
        customer_months.opening_mrr_amount > 0
        or customer_months.mrr_amount > 0

),

populations as (

    select
        case when grouping(segment_id) = 1 then 'all' else segment_id end
            as segment_id,
        count(*) filter (where opening_amount > 0) as customer_count,
        count(*) filter (where component = 'reactivation') as reactivated_count,
        sum(opening_amount) as sum_opening,
        sum(opening_amount * opening_amount) as sum_opening_opening,
        mrr_month

    from customers

    group by mrr_month, cube(segment_id)

),

sums_of_losses as (

    select
        case
            when grouping(customers.segment_id) = 1
                then 'all'
            else customers.segment_id
        end as segment_id,
        listed_components.measure,
        case
            when grouping(listed_components.component) = 1
                then 'all'
            else listed_components.component
        end as component,
        count(*) as loss_count,
        sum(customers.lost_amount) as sum_lost,
        sum(customers.lost_amount * customers.lost_amount) as sum_lost_lost,
        sum(customers.lost_amount * customers.opening_amount) as sum_lost_opening,
        customers.mrr_month

    from customers

    inner join listed_components
        on customers.component = listed_components.component

    group by
        listed_components.measure,
        customers.mrr_month,
        cube(customers.segment_id, listed_components.component)

),

cells as (

    select
        populations.segment_id,
        listed_components.measure,
        listed_components.component,
        populations.customer_count,
        populations.customer_count + populations.reactivated_count
            as net_customer_count,
        populations.sum_opening,
        populations.sum_opening_opening,
        coalesce(sums_of_losses.loss_count, 0) as loss_count,
        coalesce(sums_of_losses.sum_lost, 0) as sum_lost,
        coalesce(sums_of_losses.sum_lost_lost, 0) as sum_lost_lost,
        coalesce(sums_of_losses.sum_lost_opening, 0) as sum_lost_opening,
        populations.mrr_month

    from populations

    cross join listed_components

    left join sums_of_losses
        on populations.segment_id = sums_of_losses.segment_id
        and populations.mrr_month = sums_of_losses.mrr_month
        and listed_components.measure = sums_of_losses.measure
        and listed_components.component = sums_of_losses.component

),

logo_rates as (

    select
        segment_id,
        measure,
        component,
        cast(null as varchar) as currency_code,
        loss_count as moved_customer_count,
        mrr_month,
        {{ wilson_interval('loss_count', 'customer_count') }}

    from cells

    where measure = 'logo'

),

gross_rates as (

    select
        segment_id,
        measure,
        component,
        '{{ var("reporting_currency") }}' as currency_code,
        loss_count as moved_customer_count,
        mrr_month,
        {{ ratio_share_interval(
            'sum_lost', 'sum_opening', 'sum_opening_opening', 'customer_count'
        ) }}

    from cells

    where measure = 'gross_mrr'

),

net_rates as (

    -- Who comes back had nothing to lose, and still is one of the sample.
    select
        segment_id,
        measure,
        component,
        '{{ var("reporting_currency") }}' as currency_code,
        loss_count as moved_customer_count,
        mrr_month,
        {{ ratio_interval(
            'sum_lost',
            'sum_opening',
            'sum_lost_lost',
            'sum_lost_opening',
            'sum_opening_opening',
            'net_customer_count',
            lower=none,
            upper=1
        ) }}

    from cells

    where measure = 'net_mrr'

),

rates as (

    select * from logo_rates
    union all
    select * from gross_rates
    union all
    select * from net_rates

)

select
    segment_id,
    measure,
    component,
    currency_code,
    moved_customer_count,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    is_min_n_met,
    {{ months_later('mrr_month', 1) }} <= {{ as_of() }} as is_complete,
    mrr_month

from rates
