with

source as (

    select * from {{ source('raw_survey', 'responses') }}

),

responses as (

    select
        cast(response_id as varchar) as response_id,
        cast(survey_id as varchar) as survey_id,
        cast(invitation_id as varchar) as invitation_id,
        cast(respondent_id as varchar) as respondent_id,
        cast(account_id as varchar) as account_id,
        cast(segment as varchar) as segment_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(email_hash as varchar) as email_hash,
        cast(email_domain as varchar) as email_domain,
        cast(channel as varchar) as channel,
        cast(wording_version as varchar) as wording_version,
        cast(source_system as varchar) as source_system,
        cast(is_finished as boolean) as is_finished,
        cast({{ to_local("submitted_at") }} as date) as submitted_date,
        cast({{ to_local("started_at") }} as date) as started_date,
        cast(submitted_at as timestamp) as submitted_at,
        cast(started_at as timestamp) as started_at,
        cast({{ to_local("submitted_at") }} as timestamp) as submitted_local_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from responses
