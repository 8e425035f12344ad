-- Grain: one row per release, segment, measure and month.
with

releases as (

    select * from {{ ref('dim_releases') }}

),

links as (

    select * from {{ ref('int_themes_linked_to_releases') }}

),

churn as (

    select * from {{ ref('sales_churn_rate__month') }}

),

feedback as (

    select * from {{ ref('fct_feedback') }}

),

customers_of_months as (

    -- Customers at the beginning of each month, and how many of them left in it.
    select
        segment_id,
        mrr_month as series_month,
        numerator as churned_count,
        denominator as customer_count

    from churn

    where
        measure = 'logo'
        and component = 'all'
        and is_complete
        and denominator > 0

),

months_of_releases as (

    -- The month of the release is both before and after: it is neither.
    select
        releases.release_key,
        customers_of_months.segment_id,
        customers_of_months.series_month,
        customers_of_months.churned_count,
        customers_of_months.customer_count,
        customers_of_months.series_month > {{ month_of('releases.released_date') }}
            as is_after

    from releases

    inner join customers_of_months
        on (
            releases.segment_id = 'all'
            or releases.segment_id = customers_of_months.segment_id
        )
        and customers_of_months.series_month
        <> {{ month_of('releases.released_date') }}

),

feedback_begins as (

    select min({{ month_of('given_date') }}) as first_month from feedback

    where is_counted

),

mentions as (

    select
        links.release_key,
        case when totals.is_total then 'all' else feedback.segment_id end
            as segment_id,
        {{ month_of('feedback.given_date') }} as series_month,
        count(*) as mention_count

    from feedback

    inner join links
        on feedback.theme = links.theme

    cross join (
        values
        (true), (false)
    ) as totals (is_total)

    where
        feedback.is_counted
        and feedback.is_from_customer

    group by
        links.release_key,
        case when totals.is_total then 'all' else feedback.segment_id end,
        {{ month_of('feedback.given_date') }}

),

releases_with_themes as (

    -- `distinct`: a release may answer several themes.
    select distinct release_key from links

)

select
    release_key,
    segment_id,
    'churn' as measure,
    churned_count as event_count,
    customer_count,
    is_after,
    series_month

from months_of_releases

union all

select
    months_of_releases.release_key,
    months_of_releases.segment_id,
    'mentions' as measure,
    cast(coalesce(mentions.mention_count, 0) as double) as event_count,
    months_of_releases.customer_count,
    months_of_releases.is_after,
    months_of_releases.series_month

from months_of_releases

inner join releases_with_themes
    on months_of_releases.release_key = releases_with_themes.release_key

-- Nobody can say anything before there is a place to say it.
inner join feedback_begins
    on months_of_releases.series_month >= feedback_begins.first_month

left join mentions
    on months_of_releases.release_key = mentions.release_key
    and months_of_releases.segment_id = mentions.segment_id
    and months_of_releases.series_month = mentions.series_month
