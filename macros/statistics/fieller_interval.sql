{#- The uniform columns (see interval_columns) of a ratio of two totals whose denominator
    rests on few or unequal units, with Fieller's interval (see fieller_bound).

    sum_y, sum_x, sum_yy, sum_xy, sum_xx: sums over the units of y, x and their
    products, as for `ratio_interval`.
    n: number of units; the minimum-n rule looks at it, and it is n_effective.
    lower: a bound that the ratio cannot pass. -#}
{% macro fieller_interval(sum_y, sum_x, sum_yy, sum_xy, sum_xx, n, lower=0) -%}
    {%- set sums = [sum_y, sum_x, sum_yy, sum_xy, sum_xx, n] -%}
    {{ interval_columns(
        numerator=sum_y,
        denominator=sum_x,
        estimate=safe_divide(sum_y, sum_x),
        ci_low=fieller_bound(*sums, side="low", lower=lower),
        ci_high=fieller_bound(*sums, side="high", lower=lower),
        ci_method="fieller",
        n_effective=n,
        units=n
    ) }}
{%- endmacro %}
