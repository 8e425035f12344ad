with

source as (

    select * from {{ source('raw_survey', 'invitations') }}

),

invitations as (

    select
        cast(invitation_id as varchar) as invitation_id,
        cast(survey_id as varchar) as survey_id,
        cast(respondent_id as varchar) as respondent_id,
        cast(account_id as varchar) as account_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(email_hash as varchar) as email_hash,
        cast(email_domain as varchar) as email_domain,
        cast(channel as varchar) as channel,
        cast(disposition as varchar) as disposition,
        cast(source_system as varchar) as source_system,
        cast({{ to_local("sent_at") }} as date) as sent_date,
        cast({{ to_local("opened_at") }} as date) as opened_date,
        cast({{ to_local("started_at") }} as date) as started_date,
        cast({{ to_local("finished_at") }} as date) as finished_date,
        cast(sent_at as timestamp) as sent_at,
        cast(opened_at as timestamp) as opened_at,
        cast(started_at as timestamp) as started_at,
        cast(finished_at as timestamp) as finished_at,
        cast({{ to_local("sent_at") }} as timestamp) as sent_local_at

    from source

    where record_status = 'current' and not is_deleted

)

select * from invitations
