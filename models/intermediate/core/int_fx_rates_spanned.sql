-- Grain: one row per currency and span of days in which one rate holds.
with

fx_rates as (

    select * from {{ ref('stg_finance__fx_rates') }}

),

rates as (

    select
        currency_code,
        fx_rate,
        rate_date

    from fx_rates

    where
        reporting_currency_code = '{{ var("reporting_currency") }}'
        and currency_code <> '{{ var("reporting_currency") }}'
        and rate_date < {{ as_of() }}

    qualify row_number() over (
        partition by currency_code, rate_date
        order by source_system
    ) = 1

),

rates_with_next as (

    select
        currency_code,
        fx_rate,
        rate_date,
        lead(rate_date) over (
            partition by currency_code
            order by rate_date
        ) as next_rate_date

    from rates

)

select
    currency_code,
    fx_rate,
    rate_date as valid_from_date,
    -- An older rate would hide a feed that has stopped.
    least(
        coalesce(next_rate_date, date '9999-12-31'),
        cast(
            {{ dbt.dateadd('day', var('fx_rate_max_age_days'), 'rate_date') }} as date
        )
    ) as valid_to_date

from rates_with_next

union all

select
    '{{ var("reporting_currency") }}' as currency_code,
    1.0 as fx_rate,
    date '0001-01-01' as valid_from_date,
    date '9999-12-31' as valid_to_date
