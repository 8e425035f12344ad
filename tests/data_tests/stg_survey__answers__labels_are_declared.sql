{#- Every label of a scored question is one that the seed answer_labels declares. A
    label by position inverts a score, so that none is guessed: a row here names the
    label, how often and in which file it came, and the line that the seed lacks. -#}
{{ config(meta={'dagster': {'ref': {'name': 'stg_survey__answers'}}}) }}

with

answers as (

    select * from {{ ref('stg_survey__answers') }}

),

answer_labels as (

    select * from {{ ref('answer_labels') }}

),

extracts as (

    select * from {{ source('ops', 'extracts') }}

)

select
    answers.question_kind,
    answers.answer_label,
    extracts.relative_path as file_path,
    count(*) as answer_count,
    'add to seeds/answer_labels.csv: '
    || answers.question_kind
    || ',"'
    || lower(trim(answers.answer_label))
    || '",<code>,<number>' as remedy

from answers

left join answer_labels
    on answers.question_kind = answer_labels.question_kind
    and lower(trim(answers.answer_label)) = answer_labels.answer_label

left join extracts
    on answers.extract_id = extracts.extract_id

where
    answers.question_kind in ('pmf', 'nps', 'csat')
    and answers.answer_label is not null
    and answers.answer_number is null
    and answer_labels.answer_label is null

group by answers.question_kind, answers.answer_label, extracts.relative_path
