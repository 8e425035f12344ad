-- Grain: one row per release and customer that has received it.
with

releases as (

    select * from {{ ref('stg_product__releases') }}

),

exposures as (

    select * from {{ ref('stg_product__release_exposures') }}

),

matched_accounts as (

    select * from {{ ref('int_account_references_matched') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

known_releases as (

    select * from releases

    where released_date < {{ as_of() }}

),

releases_by_id as (

    select
        release_id,
        min(source_system) as source_system

    from known_releases

    group by release_id

    -- An id that two systems use for different releases says nothing.
    having count(*) = 1

),

known_exposures as (

    select
        coalesce(known_releases.source_system, releases_by_id.source_system)
        || ':'
        || exposures.release_id as release_key,
        matched_accounts.customer_key,
        exposures.exposed_date

    from exposures

    inner join matched_accounts
        on exposures.source_system = matched_accounts.source_system
        and exposures.account_id = matched_accounts.account_id

    left join known_releases
        on exposures.source_system = known_releases.source_system
        and exposures.release_id = known_releases.release_id

    left join releases_by_id
        on exposures.release_id = releases_by_id.release_id

    where
        exposures.exposed_date < {{ as_of() }}
        and coalesce(known_releases.source_system, releases_by_id.source_system)
        is not null

),

delivered as (

    select
        release_key,
        customer_key,
        'delivered' as exposure_basis,
        min(exposed_date) as exposed_date

    from known_exposures

    group by release_key, customer_key

),

releases_delivered as (

    -- `distinct`: a release has many exposures.
    select distinct release_key from delivered

),

assumed as (

    -- Where nobody says who received a release, everybody did, from its day on.
    select
        known_releases.source_system || ':' || known_releases.release_id
            as release_key,
        customers.customer_key,
        'everyone_from_release' as exposure_basis,
        greatest(known_releases.released_date, customers.first_paid_date)
            as exposed_date

    from known_releases

    inner join customers
        on customers.first_paid_date < {{ as_of() }}

    left join releases_delivered
        on known_releases.source_system || ':' || known_releases.release_id
        = releases_delivered.release_key

    where releases_delivered.release_key is null

)

select * from delivered

union all

select * from assumed
