-- Grain: one row per release known at the as-of date.
with

releases as (

    select * from {{ ref('stg_product__releases') }}

),

exposures as (

    select * from {{ ref('int_release_exposures_matched') }}

),

exposed as (

    select
        release_key,
        max(exposure_basis) as exposure_basis,
        count(*) as exposed_customer_count

    from exposures

    group by release_key

),

known_releases as (

    select
        source_system || ':' || release_id as release_key,
        release_id,
        coalesce(nullif(trim(segment_id), ''), 'all') as segment_id,
        source_system,
        release_name,
        lower(trim(theme)) as theme,
        lower(trim(impact_model)) as impact_model,
        released_date,
        rollout_end_date

    from releases

    where released_date < {{ as_of() }}

)

select
    known_releases.release_key,
    known_releases.release_id,
    known_releases.segment_id,
    known_releases.source_system,
    known_releases.release_name,
    known_releases.theme,
    known_releases.impact_model,
    coalesce(exposed.exposure_basis, 'everyone_from_release') as exposure_basis,
    coalesce(exposed.exposed_customer_count, 0) as exposed_customer_count,
    known_releases.released_date,
    known_releases.rollout_end_date

from known_releases

left join exposed
    on known_releases.release_key = exposed.release_key
