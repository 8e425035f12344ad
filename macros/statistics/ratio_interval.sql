{#- The uniform columns (see interval_columns) of a ratio of two sums over units, such
    as value won / value closed over opportunities.

    sum_y, sum_x, sum_yy, sum_xy, sum_xx: sums over the units of y, x and their
    products. Sum decimals: sums of doubles depend on the order of the rows.
    n: number of units; the minimum-n rule looks at it, and it is n_effective.
    lower, upper: bounds that the ratio cannot pass; 0 and 1 for a share. -#}
{% macro ratio_interval(
    sum_y, sum_x, sum_yy, sum_xy, sum_xx, n, lower=0, upper=none
) -%}
    {%- set sums = [sum_y, sum_x, sum_yy, sum_xy, sum_xx, n] -%}
    {{ interval_columns(
        numerator=sum_y,
        denominator=sum_x,
        estimate=safe_divide(sum_y, sum_x),
        ci_low=ratio_bound(*sums, side="low", lower=lower, upper=upper),
        ci_high=ratio_bound(*sums, side="high", lower=lower, upper=upper),
        ci_method="linearised_ratio",
        n_effective=n,
        units=n
    ) }}
{%- endmacro %}
