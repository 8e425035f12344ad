with

source as (

    select * from {{ source('raw_survey', 'answers') }}

),

answers as (

    select
        cast(response_id as varchar) as response_id,
        cast(question_id as varchar) as question_id,
        cast(scale_id as varchar) as scale_id,
        cast(extract_id as varchar) as extract_id,
        cast(record_number as bigint) as record_number,
        cast(question_kind as varchar) as question_kind,
        cast(answer_label as varchar) as answer_label,
        cast(answer_text as varchar) as answer_text,
        cast(source_system as varchar) as source_system,
        cast(answer_number as double) as answer_number,
        cast(position as bigint) as answer_position

    from source

    where record_status = 'current' and not is_deleted

)

select * from answers
