-- Grain: one row per release, segment, measure, side and period.
with

releases as (

    select * from {{ ref('dim_releases') }}

),

answers as (

    select * from {{ ref('int_release_answers_compared') }}

),

fits as (

    select * from {{ ref('int_release_series_fitted') }}

),

score_cells as (

    select
        release_key,
        segment_id,
        'pmf' as measure,
        side,
        period,
        account_count,
        {{ wilson_interval(
            'very_disappointed_count', 'answered', 'effective_size', 'account_count'
        ) }}

    from answers

),

series_of_periods as (

    select
        fits.release_key,
        fits.segment_id,
        fits.measure,
        periods.period,
        case periods.period
            when 'before' then fits.points_before
            else fits.points_after
        end as month_count,
        cast(
            case periods.period
                when 'before' then fits.count_before
                else fits.count_after
            end as bigint
        ) as event_count,
        case periods.period
            when 'before' then fits.exposure_before
            else fits.exposure_after
        end as customer_months

    from fits

    cross join (
        values
        ('before'), ('after')
    ) as periods (period)

),

rate_cells as (

    select
        release_key,
        segment_id,
        measure,
        'everyone' as side,
        period,
        month_count,
        {{ interval_columns(
            numerator='event_count',
            denominator='customer_months',
            estimate=safe_divide('event_count', 'customer_months'),
            ci_low=safe_divide(poisson_bound('event_count', 'low'), 'customer_months'),
            ci_high=safe_divide(
                poisson_bound('event_count', 'high'), 'customer_months'
            ),
            ci_method='poisson_exact',
            n_effective='customer_months',
            units='customer_months'
        ) }}

    from series_of_periods

    where month_count > 0

),

cells as (

    select
        release_key,
        segment_id,
        measure,
        side,
        period,
        account_count,
        cast(null as bigint) as month_count,
        numerator,
        denominator,
        estimate,
        ci_low,
        ci_high,
        ci_method,
        n_effective,
        is_min_n_met

    from score_cells

    union all

    select
        release_key,
        segment_id,
        measure,
        side,
        period,
        cast(null as bigint) as account_count,
        month_count,
        numerator,
        denominator,
        estimate,
        ci_low,
        ci_high,
        ci_method,
        n_effective,
        is_min_n_met

    from rate_cells

)

select
    cells.release_key,
    cells.segment_id,
    cells.measure,
    cells.side,
    cells.period,
    releases.release_id,
    cells.account_count,
    cells.month_count,
    cells.numerator,
    cells.denominator,
    cells.estimate,
    cells.ci_low,
    cells.ci_high,
    cells.ci_method,
    cells.n_effective,
    cells.is_min_n_met

from cells

inner join releases
    on cells.release_key = releases.release_key
