-- Grain: one row per calendar day of the years that the facts touch.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

responses as (

    select * from {{ ref('fct_survey_responses') }}

),

pipeline_changes as (

    select * from {{ ref('int_pipeline_changes_summed') }}

),

fact_dates as (

    select order_date as fact_date from orders
    union all
    select created_date as fact_date from opportunities
    union all
    select closed_date as fact_date from opportunities
    union all
    select expected_close_date as fact_date from opportunities
    union all
    select changed_date as fact_date from pipeline_changes
    union all
    select submitted_date as fact_date from responses

),

bounds as (

    select
        cast({{ dbt.date_trunc('year', 'min(fact_date)') }} as date) as first_date,
        cast(
            {{ dbt.dateadd('year', 1, dbt.date_trunc('year', 'max(fact_date)')) }}
            as date
        ) as end_date

    from fact_dates

),

digits as (

    select listed.digit

    from (
        values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)
    ) as listed (digit)

),

day_numbers as (

    -- 0 to 99,999: 273 years, with nothing that only one engine has.
    select
        ones.digit
        + 10 * tens.digit
        + 100 * hundreds.digit
        + 1000 * thousands.digit
        + 10000 * ten_thousands.digit as day_number

    from digits as ones

    cross join digits as tens

    cross join digits as hundreds

    cross join digits as thousands

    cross join digits as ten_thousands

),

days as (

    select
        cast(
            {{ dbt.dateadd('day', 'day_numbers.day_number', 'bounds.first_date') }}
            as date
        ) as calendar_date

    from bounds

    cross join day_numbers

    where
        day_numbers.day_number
        < {{ dbt.datediff('bounds.first_date', 'bounds.end_date', 'day') }}

)

select
    calendar_date,
    cast(extract('year' from calendar_date) as integer) as year_number,
    cast(extract('quarter' from calendar_date) as integer) as quarter_number,
    cast(extract('month' from calendar_date) as integer) as month_number,
    cast(extract('day' from calendar_date) as integer) as day_of_month,
    cast({{ dbt.date_trunc('week', 'calendar_date') }} as date) as week_start_date,
    cast({{ dbt.date_trunc('month', 'calendar_date') }} as date) as calendar_month,
    cast({{ dbt.date_trunc('quarter', 'calendar_date') }} as date)
        as quarter_start_date,
    calendar_date < {{ as_of() }} as is_complete

from days
