-- Grain: one row per segment, month and comparison.
with

counts as (

    select * from {{ ref('int_new_customers_compared') }}

),

scaled_counts as (

    -- Counts that vary more than by chance are worth fewer of those that do not.
    select
        *,
        customer_count / dispersion as scaled_count,
        compared_count / dispersion as compared_scaled_count

    from counts

),

sides as (

    -- The upper bound of a share is one less the lower one of the rest.
    select
        segment_id,
        comparison,
        acquired_month,
        'low' as side,
        scaled_count as shape_a,
        compared_scaled_count + 1 as shape_b

    from scaled_counts

    where customer_count > 0

    union all

    select
        segment_id,
        comparison,
        acquired_month,
        'high' as side,
        compared_scaled_count as shape_a,
        scaled_count + 1 as shape_b

    from scaled_counts

    where compared_count > 0

),

bounds_0 as (

    select
        *,
        {{ wilson_bound('shape_a', 'shape_a + shape_b - 1', 'low') }} as share_bound

    from sides

),

{% for step in range(1, 6) %}
tails_{{ step }} as (

    select
        *,
        {{ beta_tail_ratio('shape_a', 'shape_b', 'share_bound') }} as tail_ratio

    from bounds_{{ step - 1 }}

),

bounds_{{ step }} as (

    select
        segment_id,
        comparison,
        acquired_month,
        side,
        shape_a,
        shape_b,
        {{ beta_quantile_step(
            'shape_a', 'shape_b', 'share_bound', 'tail_ratio'
        ) }} as share_bound

    from tails_{{ step }}

),

{% endfor %}
shares as (

    select
        segment_id,
        comparison,
        acquired_month,
        max(case when side = 'low' then share_bound end) as share_low,
        1 - max(case when side = 'high' then share_bound end) as share_high

    from bounds_5

    group by segment_id, comparison, acquired_month

),

ratios as (

    -- A share s of all new customers is a ratio of s / (1 - s), by day. A share that
    -- may be all of them has no upper ratio.
    select
        scaled_counts.*,
        {{ safe_divide(
            'scaled_counts.customer_count * scaled_counts.compared_day_count',
            'scaled_counts.compared_count * scaled_counts.day_count'
        ) }} as rate_ratio,
        case
            when scaled_counts.customer_count + scaled_counts.compared_count > 0
                then
                    coalesce(shares.share_low / (1 - shares.share_low), 0)
                    * scaled_counts.compared_day_count
                    / scaled_counts.day_count
        end as ratio_low,
        shares.share_high
        / (1 - shares.share_high)
        * scaled_counts.compared_day_count
        / scaled_counts.day_count as ratio_high

    from scaled_counts

    left join shares
        on scaled_counts.segment_id = shares.segment_id
        and scaled_counts.comparison = shares.comparison
        and scaled_counts.acquired_month = shares.acquired_month

),

rates as (

    select
        *,
        {{ interval_columns(
            numerator='customer_count',
            denominator='compared_count',
            estimate='rate_ratio',
            ci_low='case when rate_ratio is not null then ratio_low end',
            ci_high='ratio_high',
            ci_method='clopper_pearson_dispersion',
            n_effective='(customer_count + compared_count) / dispersion',
            units='customer_count + compared_count'
        ) }}

    from ratios

)

select
    segment_id,
    comparison,
    -- By the bounds themselves: a rise from nothing has no ratio, and is one.
    case
        when not is_min_n_met then 'insufficient'
        when ratio_low > 1 then 'up'
        when ratio_high < 1 then 'down'
        else 'undetermined'
    end as direction,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    dispersion,
    dispersion_month_count,
    day_count,
    compared_day_count,
    is_min_n_met,
    acquired_month,
    first_acquired_month,
    first_compared_month

from rates
