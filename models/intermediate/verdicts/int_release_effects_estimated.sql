-- Grain: one row per release, segment and measure.
{% set cells = [
    ('exposed', 'after'), ('exposed', 'before'),
    ('unexposed', 'after'), ('unexposed', 'before'),
] -%}
with

answers as (

    select * from {{ ref('int_release_answers_compared') }}

),

fits as (

    select * from {{ ref('int_release_series_fitted') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

four_cells as (

    select
        release_key,
        segment_id,
        {%- for side, period in cells %}
        {%- set cell = side ~ '_' ~ period %}
        coalesce(max(answered) filter (
            where side = '{{ side }}' and period = '{{ period }}'
        ), 0) as {{ cell }}_answered,
        coalesce(max(account_count) filter (
            where side = '{{ side }}' and period = '{{ period }}'
        ), 0) as {{ cell }}_accounts,
        cast(max(very_disappointed_count) filter (
            where side = '{{ side }}' and period = '{{ period }}'
        ) as double) as {{ cell }}_score,
        max(effective_size) filter (
            where side = '{{ side }}' and period = '{{ period }}'
        ) as {{ cell }}_size,
        {%- endfor %}
        coalesce(sum(answered) filter (where side = 'in_between'), 0)
            as in_between_count,
        min(first_rule) filter (where side <> 'in_between')
        = max(last_rule) filter (where side <> 'in_between') as is_one_rule,
        min(first_wording) filter (where side <> 'in_between')
        = max(last_wording) filter (where side <> 'in_between') as is_one_wording

    from answers

    group by release_key, segment_id

),

cells_with_least as (

    select
        four_cells.*,
        thresholds.value as least_sample

    from four_cells

    inner join thresholds
        on thresholds.threshold_id = 'minimum_sample_verdict'

),

shares as (

    select
        *,
        {%- for side, period in cells %}
        {%- set cell = side ~ '_' ~ period %}
        {{ safe_divide(cell ~ '_score', cell ~ '_answered') }} as {{ cell }}_rate,
        -- Nobody or everybody is no certainty: Agresti and Coull's share stands in.
        case
            when {{ cell }}_score in (0, {{ cell }}_answered)
                then
                    ({{ cell }}_score + {{ z_975() }} * {{ z_975() }} / 2)
                    / ({{ cell }}_answered + {{ z_975() }} * {{ z_975() }})
            else {{ safe_divide(cell ~ '_score', cell ~ '_answered') }}
        end as {{ cell }}_smooth,
        {%- endfor %}
        exposed_after_answered
        + exposed_before_answered
        + unexposed_after_answered
        + unexposed_before_answered as answered

    from cells_with_least

),

differences as (

    select
        *,
        (exposed_after_rate - exposed_before_rate)
        - (unexposed_after_rate - unexposed_before_rate) as estimate,
        -- metrics 6.7: the sum of p(1 - p) / n over the four cells
        sqrt(
            {%- for side, period in cells %}
            {%- set cell = side ~ '_' ~ period %}
            {{ cell }}_smooth * (1 - {{ cell }}_smooth) / {{ cell }}_size
            {{- ' +' if not loop.last }}
            {%- endfor %}
        ) as standard_error,
        {%- for side, period in cells %}
        {%- set cell = side ~ '_' ~ period %}
        {{ wilson_bound(
            cell ~ '_rate * ' ~ cell ~ '_size', cell ~ '_size', 'low'
        ) }} as {{ cell }}_low,
        {{ wilson_bound(
            cell ~ '_rate * ' ~ cell ~ '_size', cell ~ '_size', 'high'
        ) }} as {{ cell }}_high,
        {%- endfor %}
        exposed_after_size
        + exposed_before_size
        + unexposed_after_size
        + unexposed_before_size as n_effective

    from shares

),

effects as (

    select
        release_key,
        segment_id,
        'pmf' as measure,
        case
            when unexposed_after_answered = 0 then 'nobody_without_it'
            when not is_one_rule or not is_one_wording then 'not_comparable'
            else 'compared'
        end as status,
        exposed_after_score as numerator,
        cast(exposed_after_answered as double) as denominator,
        estimate,
        estimate - {{ z_975() }} * standard_error as ci_low,
        estimate + {{ z_975() }} * standard_error as ci_high,
        'difference_in_differences' as ci_method,
        n_effective,
        standard_error,
        power(estimate / nullif(standard_error, 0), 2) as chi_square,
        exposed_after_rate - exposed_before_rate as exposed_change,
        {{ difference_bound(
            'exposed_after_rate', 'exposed_after_low', 'exposed_after_high',
            'exposed_before_rate', 'exposed_before_low', 'exposed_before_high', 'low'
        ) }} as exposed_change_low,
        {{ difference_bound(
            'exposed_after_rate', 'exposed_after_low', 'exposed_after_high',
            'exposed_before_rate', 'exposed_before_low', 'exposed_before_high', 'high'
        ) }} as exposed_change_high,
        unexposed_after_rate - unexposed_before_rate as unexposed_change,
        {{ difference_bound(
            'unexposed_after_rate', 'unexposed_after_low', 'unexposed_after_high',
            'unexposed_before_rate', 'unexposed_before_low', 'unexposed_before_high',
            'low'
        ) }} as unexposed_change_low,
        {{ difference_bound(
            'unexposed_after_rate', 'unexposed_after_low', 'unexposed_after_high',
            'unexposed_before_rate', 'unexposed_before_low', 'unexposed_before_high',
            'high'
        ) }} as unexposed_change_high,
        answered,
        in_between_count,
        least(
            exposed_after_answered,
            exposed_before_answered,
            unexposed_after_answered,
            unexposed_before_answered
        ) as least_answered,
        least(
            exposed_after_accounts,
            exposed_before_accounts,
            unexposed_after_accounts,
            unexposed_before_accounts
        ) as least_accounts,
        cast(
            greatest(0, least_sample - exposed_after_answered)
            + greatest(0, least_sample - exposed_before_answered)
            + greatest(0, least_sample - unexposed_after_answered)
            + greatest(0, least_sample - unexposed_before_answered) as bigint
        ) as lacking_count,
        cast(null as bigint) as points_before,
        cast(null as bigint) as points_after,
        cast(null as double) as dispersion,
        cast(null as double) as poisson_low,
        cast(null as double) as poisson_high,
        cast(null as date) as first_month,
        cast(null as date) as last_month

    from differences

    union all

    select
        release_key,
        segment_id,
        measure,
        fit_status as status,
        count_after as numerator,
        exposure_after as denominator,
        exp(log_ratio) as estimate,
        exp(log_ratio - {{ z_975() }} * cautious_error) as ci_low,
        exp(log_ratio + {{ z_975() }} * cautious_error) as ci_high,
        case
            when robust_error >= cautious_error then 'poisson_newey_west'
            else 'poisson_dispersion'
        end as ci_method,
        count_before + count_after as n_effective,
        cautious_error as standard_error,
        power(log_ratio / nullif(cautious_error, 0), 2) as chi_square,
        cast(null as double) as exposed_change,
        cast(null as double) as exposed_change_low,
        cast(null as double) as exposed_change_high,
        cast(null as double) as unexposed_change,
        cast(null as double) as unexposed_change_low,
        cast(null as double) as unexposed_change_high,
        cast(null as bigint) as answered,
        cast(null as bigint) as in_between_count,
        cast(null as bigint) as least_answered,
        cast(null as bigint) as least_accounts,
        cast(null as bigint) as lacking_count,
        points_before,
        points_after,
        dispersion,
        exp(log_ratio - {{ z_975() }} * poisson_error) as poisson_low,
        exp(log_ratio + {{ z_975() }} * poisson_error) as poisson_high,
        first_month,
        last_month

    from fits

),

effects_judged as (

    select
        *,
        case
            when measure = 'pmf'
                then {{ min_n_met('least_answered', 'least_accounts') }}
            else coalesce(status = 'fitted' and n_effective >= 30, false)
        end as is_min_n_met,
        case
            when measure = 'pmf'
                then status = 'compared' and not {{ is_suppressed('least_answered') }}
            else status = 'fitted'
        end as is_estimated

    from effects

)

select
    release_key,
    segment_id,
    measure,
    status,
    numerator,
    denominator,
    case when is_estimated then estimate end as estimate,
    case when is_estimated then ci_low end as ci_low,
    case when is_estimated then ci_high end as ci_high,
    ci_method,
    n_effective,
    case when is_estimated then standard_error end as standard_error,
    -- What is too small to drive a verdict is no test, and costs the others nothing.
    case when is_estimated and is_min_n_met then chi_square end as chi_square,
    case when is_estimated then exposed_change end as exposed_change,
    case when is_estimated then exposed_change_low end as exposed_change_low,
    case when is_estimated then exposed_change_high end as exposed_change_high,
    case when is_estimated then unexposed_change end as unexposed_change,
    case when is_estimated then unexposed_change_low end as unexposed_change_low,
    case when is_estimated then unexposed_change_high end as unexposed_change_high,
    cast(answered as bigint) as answered,
    cast(in_between_count as bigint) as in_between_count,
    lacking_count,
    points_before,
    points_after,
    dispersion,
    poisson_low,
    poisson_high,
    first_month,
    last_month,
    is_min_n_met

from effects_judged
