with

source as (

    select * from {{ source('raw_product', 'releases') }}

),

releases as (

    select
        cast(release_id as varchar) as release_id,
        cast(segment as varchar) as segment_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(release_name as varchar) as release_name,
        cast(theme as varchar) as theme,
        cast(impact_model as varchar) as impact_model,
        cast(source_system as varchar) as source_system,
        cast({{ to_local("released_at") }} as date) as released_date,
        cast({{ to_local("rollout_end_at") }} as date) as rollout_end_date,
        cast(released_at as timestamp) as released_at,
        cast(rollout_end_at as timestamp) as rollout_end_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from releases
