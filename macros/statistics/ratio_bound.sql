{#- The lower or upper bound of the 95 % interval of the ratio R = sum_y / sum_x over n
    units: R -/+ t * sqrt(n / (n - 1) * sum((y - R x)^2)) / sum_x, with z for t from
    n = 30 (metrics section 0), from sums that one pass over the units gives.

    NULL with fewer than two units, with sum_x = 0, and when no unit departs from R:
    the estimator then says nothing about the spread, and a width of zero would claim
    certainty. Departures below one part in 10^12 of sum_yy are rounding.

    side: 'low' or 'high'. lower, upper: bounds that the ratio cannot pass. -#}
{% macro ratio_bound(
    sum_y, sum_x, sum_yy, sum_xy, sum_xx, n, side, lower=none, upper=none
) -%}
    {%- set ratio = safe_divide(sum_y, sum_x) -%}
    {%- set units = "cast(" ~ n ~ " as double)" -%}
    {%- set squares = ratio_squares(sum_y, sum_x, sum_yy, sum_xy, sum_xx) -%}
    {%- set bound -%}
        {{ ratio }} {{ interval_side_sign(side) }} {{ t_quantile_975("(" ~ n ~ ") - 1") }}
        * sqrt({{ units }} / ({{ units }} - 1) * {{ squares }})
        / abs(cast({{ sum_x }} as double))
    {%- endset -%}
    case
        when {{ units }} >= 2 and {{ squares }} > 1e-12 * cast({{ sum_yy }} as double)
            then {{ clamp(bound, lower, upper) }}
    end
{%- endmacro %}
