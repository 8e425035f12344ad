{#- The uniform columns (see interval_columns) of a ratio of two sums over units whose
    y is a part of x, such as the revenue kept of the revenue there was.

    sum_y, sum_x, sum_xx: sums over the units of y, x and x squared. Sum decimals: sums of
    doubles depend on the order of the rows.
    n: number of units; the minimum-n rule looks at it, and it is n_effective. -#}
{% macro ratio_share_interval(sum_y, sum_x, sum_xx, n) -%}
    {{ interval_columns(
        numerator=sum_y,
        denominator=sum_x,
        estimate=safe_divide(sum_y, sum_x),
        ci_low=ratio_share_bound(sum_y, sum_x, sum_xx, side="low"),
        ci_high=ratio_share_bound(sum_y, sum_x, sum_xx, side="high"),
        ci_method="wilson_ratio",
        n_effective=n,
        units=n
    ) }}
{%- endmacro %}
