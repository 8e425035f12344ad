-- Grain: one row per segment, theme and release that answers it.
with

links as (

    select * from {{ ref('int_themes_linked_to_releases') }}

),

releases as (

    select * from {{ ref('dim_releases') }}

),

exposures as (

    select * from {{ ref('int_release_exposures_matched') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

segments as (

    select * from {{ ref('int_customer_segments_spanned') }}

),

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

feedback as (

    select * from {{ ref('fct_feedback') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

exposed_customers as (

    select
        exposures.release_key,
        releases.segment_id as release_segment_id,
        exposures.customer_key,
        exposures.exposed_date,
        cast(
            {{ dbt.dateadd(
                'day', '-cast(thresholds.value as integer)', 'exposures.exposed_date'
            ) }} as date
        ) as begins_date,
        cast(
            {{ dbt.dateadd(
                'day', 'cast(thresholds.value as integer)', 'exposures.exposed_date'
            ) }} as date
        ) as ends_date

    from exposures

    inner join releases
        on exposures.release_key = releases.release_key

    inner join thresholds
        on thresholds.threshold_id = 'feedback_window_days'

),

followed_customers as (

    -- Only who was a customer throughout could say it before as well as after.
    select
        exposed_customers.release_key,
        exposed_customers.customer_key,
        coalesce(segments.segment_id, 'unknown') as segment_id,
        exposed_customers.begins_date,
        exposed_customers.exposed_date,
        exposed_customers.ends_date

    from exposed_customers

    inner join customers
        on exposed_customers.customer_key = customers.customer_key
        and exposed_customers.begins_date >= customers.first_paid_date

    inner join customer_months
        on exposed_customers.customer_key = customer_months.customer_key
        and {{ months_later(month_of('exposed_customers.ends_date'), -1) }}
        = customer_months.mrr_month
        and customer_months.is_active

    left join segments
        on exposed_customers.customer_key = segments.customer_key
        and exposed_customers.exposed_date >= segments.valid_from_date
        and exposed_customers.exposed_date < segments.valid_to_date

    where
        exposed_customers.ends_date <= {{ as_of() }}
        and (
            exposed_customers.release_segment_id = 'all'
            or exposed_customers.release_segment_id
            = coalesce(segments.segment_id, 'unknown')
        )

),

mentions as (

    select
        customer_key,
        theme,
        given_date

    from feedback

    where
        is_counted
        and customer_key is not null

),

customers_of_themes as (

    select
        links.theme,
        followed_customers.release_key,
        followed_customers.segment_id,
        followed_customers.customer_key,
        max(
            case
                when mentions.given_date < followed_customers.exposed_date then 1 else 0
            end
        ) as has_mentioned_before,
        max(
            case
                when mentions.given_date >= followed_customers.exposed_date then 1
                else 0
            end
        ) as has_mentioned_after

    from followed_customers

    inner join links
        on followed_customers.release_key = links.release_key

    left join mentions
        on followed_customers.customer_key = mentions.customer_key
        and links.theme = mentions.theme
        and followed_customers.begins_date <= mentions.given_date
        and followed_customers.ends_date > mentions.given_date

    group by
        links.theme,
        followed_customers.release_key,
        followed_customers.segment_id,
        followed_customers.customer_key

)

select
    case when totals.is_total then 'all' else customers_of_themes.segment_id end
        as segment_id,
    customers_of_themes.theme,
    customers_of_themes.release_key,
    count(*) as followed_count,
    sum(customers_of_themes.has_mentioned_before) as before_count,
    sum(customers_of_themes.has_mentioned_after) as after_count

from customers_of_themes

inner join releases
    on customers_of_themes.release_key = releases.release_key

-- A release for one segment is told for that segment only.
inner join (
    values
    (true), (false)
) as totals (is_total)
    on not totals.is_total
    or releases.segment_id = 'all'

group by
    case when totals.is_total then 'all' else customers_of_themes.segment_id end,
    customers_of_themes.theme,
    customers_of_themes.release_key
