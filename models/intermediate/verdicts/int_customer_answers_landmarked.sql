-- Grain: one row per survey, question family, wave and customer that was still there
-- when the wave had closed.
with

answers as (

    select * from {{ ref('int_pmf_answers_judged') }}

),

landmarks as (

    -- Everybody who is counted has answered by the close, and nobody's months before it
    -- count as staying.
    select * from {{ ref('int_waves_landmarked') }}

),

spells as (

    select * from {{ ref('int_customer_spells') }}

),

answers_of_customers as (

    select
        survey_id,
        question_family,
        wave_id,
        customer_key,
        -- The wave says in which segment it was; several respondents are one customer.
        min(segment_id) as segment_id,
        {{ safe_divide(
            "count(*) filter (where answer_code = 'very_disappointed')", 'count(*)'
        ) }} as very_disappointed_rate

    from answers

    where
        is_eligible
        and customer_key is not null
        and answer_code
        in ('very_disappointed', 'somewhat_disappointed', 'not_disappointed')

    group by survey_id, question_family, wave_id, customer_key

),

customers_at_landmarks as (

    select
        answers_of_customers.survey_id,
        answers_of_customers.question_family,
        answers_of_customers.wave_id,
        answers_of_customers.customer_key,
        answers_of_customers.segment_id,
        answers_of_customers.very_disappointed_rate,
        landmarks.landmark_month,
        spells.is_event,
        spells.duration_months
        - spells.entry_age
        - {{ dbt.datediff(
            'spells.first_month', 'landmarks.landmark_month', 'month'
        ) }} as followed_months

    from answers_of_customers

    inner join landmarks
        on answers_of_customers.survey_id = landmarks.survey_id
        and answers_of_customers.wave_id = landmarks.wave_id

    inner join spells
        on answers_of_customers.customer_key = spells.customer_key
        and landmarks.landmark_month >= spells.first_month

)

select
    survey_id,
    question_family,
    wave_id,
    customer_key,
    segment_id,
    case when very_disappointed_rate >= 0.5 then 'focus' else 'other' end as side,
    cast(followed_months as bigint) as followed_months,
    is_event,
    row_number() over (
        partition by customer_key
        order by landmark_month, survey_id, question_family, wave_id
    ) = 1 as is_first_answer,
    landmark_month

from customers_at_landmarks

-- The run of months that the landmark lies in: it has not ended by then, and what has
-- not been seen to end was there in every complete month.
where
    case when is_event then followed_months > 0 else followed_months >= 0 end
