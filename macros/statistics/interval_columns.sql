{#- The eight columns that every rate row carries, in this order: numerator,
    denominator, estimate, ci_low, ci_high, ci_method, n_effective, is_min_n_met.
    Estimate and interval are NULL when fewer than 10 units stand behind them; the
    counts stay (metrics C9, C10).

    units: the sample that the minimum-n rule looks at.
    clusters: number of clusters (accounts), where the answers are clustered. -#}
{% macro interval_columns(
    numerator, denominator, estimate, ci_low, ci_high, ci_method, n_effective, units,
    clusters=none
) -%}
    cast({{ numerator }} as double) as numerator,
    cast({{ denominator }} as double) as denominator,
    case when not {{ is_suppressed(units) }} then {{ estimate }} end as estimate,
    case when not {{ is_suppressed(units) }} then {{ ci_low }} end as ci_low,
    case when not {{ is_suppressed(units) }} then {{ ci_high }} end as ci_high,
    '{{ ci_method }}' as ci_method,
    cast({{ n_effective }} as double) as n_effective,
    {{ min_n_met(units, clusters) }} as is_min_n_met
{%- endmacro %}
