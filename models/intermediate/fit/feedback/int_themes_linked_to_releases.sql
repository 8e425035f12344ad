-- Grain: one row per theme and release that answers it.
with

releases as (

    select * from {{ ref('dim_releases') }}

),

theme_releases as (

    select * from {{ ref('theme_releases') }}

),

links as (

    select
        theme,
        release_key

    from releases

    where theme is not null

    -- `union`: what the release says and what the seed says may be the same.
    union

    select
        lower(trim(theme_releases.theme)) as theme,
        releases.release_key

    from theme_releases

    inner join releases
        on theme_releases.release_id = releases.release_id

)

select
    theme,
    release_key

from links
