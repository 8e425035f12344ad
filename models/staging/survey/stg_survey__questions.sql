with

source as (

    select * from {{ source('raw_survey', 'questions') }}

),

questions as (

    select
        cast(survey_id as varchar) as survey_id,
        cast(question_id as varchar) as question_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(question_kind as varchar) as question_kind,
        cast(question_family as varchar) as question_family,
        cast(survey_type as varchar) as survey_type,
        cast(question_role as varchar) as question_role,
        cast(source_system as varchar) as source_system,
        cast(scale_min as bigint) as scale_min,
        cast(scale_max as bigint) as scale_max

    from source

    where record_status = 'current' and not is_deleted

)

select * from questions
