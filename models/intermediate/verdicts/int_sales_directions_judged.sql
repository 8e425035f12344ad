-- Grain: one row per segment.
with

segments as (

    select * from {{ ref('dim_segments') }}

),

growth as (

    select * from {{ ref('sales_customer_growth__month') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

minimums as (

    select
        max(value) filter (where threshold_id = 'minimum_sample_verdict')
            as sample_size

    from thresholds

),

last_month as (

    select
        *,
        numerator + denominator as customer_count,
        {{ needed_events(
            safe_divide('numerator', 'numerator + denominator'),
            safe_divide('day_count', 'day_count + compared_day_count')
        ) }} * dispersion as needed_sample,
        case
            when
                numerator * compared_day_count > denominator * day_count
                then 'up'
            when
                numerator * compared_day_count < denominator * day_count
                then 'down'
        end as side

    from growth

    where acquired_month = {{ months_later(month_of(as_of()), -1) }}

),

pairs as (

    select
        segments.segment_id,
        last_month.acquired_month,
        last_month.direction,
        last_month.side,
        last_month.numerator,
        last_month.denominator,
        last_month.estimate,
        last_month.ci_low,
        last_month.ci_high,
        last_month.n_effective,
        last_month.dispersion,
        last_month.customer_count,
        last_month.needed_sample,
        year_before.direction as year_before_direction,
        year_before.side as year_before_side,
        year_before.numerator as year_before_numerator,
        year_before.denominator as year_before_denominator,
        year_before.estimate as year_before_estimate,
        year_before.ci_low as year_before_ci_low,
        year_before.ci_high as year_before_ci_high,
        year_before.n_effective as year_before_n_effective,
        year_before.customer_count as year_before_customer_count,
        year_before.needed_sample as year_before_needed_sample,
        minimums.sample_size

    from segments

    cross join minimums

    left join last_month
        on segments.segment_id = last_month.segment_id
        and last_month.comparison = 'months_before'

    left join last_month as year_before
        on segments.segment_id = year_before.segment_id
        and year_before.comparison = 'year_before'

),

judged as (

    -- A direction needs the same quarter last year to agree, where it is known: else it
    -- may be the season's.
    select
        *,
        case
            when coalesce(direction, 'insufficient') = 'insufficient'
                then 'insufficient'
            when direction = 'undetermined' then 'undetermined'
            when coalesce(year_before_direction, direction) = direction then direction
            else 'undetermined'
        end as sales_direction,
        coalesce(
            direction in ('up', 'down') and year_before_direction <> direction, false
        ) as is_seasonal

    from pairs

)

select
    segment_id,
    sales_direction,
    year_before_direction,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    n_effective,
    dispersion,
    year_before_numerator,
    year_before_denominator,
    year_before_estimate,
    year_before_ci_low,
    year_before_ci_high,
    year_before_n_effective,
    -- In both spans together, at the ratio and the dispersion seen. Where the quarter
    -- last year lies on the other side, more of the same would not decide.
    case
        when sales_direction = 'insufficient'
            then
                greatest(coalesce(needed_sample, sample_size), sample_size)
                - coalesce(customer_count, 0)
        when
            sales_direction = 'undetermined'
            and side is not null
            and (year_before_direction is null or year_before_side = side)
            then
                greatest(
                    greatest(needed_sample, sample_size) - customer_count,
                    coalesce(
                        greatest(year_before_needed_sample, sample_size)
                        - year_before_customer_count,
                        1
                    ),
                    1
                )
    end as needed_count,
    is_seasonal,
    direction is not null as is_known,
    acquired_month

from judged
