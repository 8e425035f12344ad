with

source as (

    select * from {{ source('raw_product', 'feedback') }}

),

feedback as (

    select
        cast(feedback_id as varchar) as feedback_id,
        cast(account_id as varchar) as account_id,
        cast(contact_id as varchar) as contact_id,
        cast(opportunity_id as varchar) as opportunity_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(channel as varchar) as channel,
        cast(body as varchar) as body,
        cast(theme as varchar) as theme,
        cast(source_system as varchar) as source_system,
        cast({{ to_local("given_at") }} as date) as given_date,
        cast(given_at as timestamp) as given_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from feedback
