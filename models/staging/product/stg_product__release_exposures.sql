with

source as (

    select * from {{ source('raw_product', 'release_exposures') }}

),

release_exposures as (

    select
        cast(release_id as varchar) as release_id,
        cast(account_id as varchar) as account_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(source_system as varchar) as source_system,
        cast({{ to_local("exposed_at") }} as date) as exposed_date,
        cast(exposed_at as timestamp) as exposed_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from release_exposures
