{#- The uniform columns (see interval_columns) of an amount per event, such as spend per
    new customer, where the amount is fixed and the number of events is a Poisson count:
    amount over the bounds of its mean. NULL without events.

    amount: what was spent; negative amounts have no interval.
    count: number of events; the minimum-n rule looks at it, and it is n_effective. -#}
{% macro poisson_interval(amount, count) -%}
    {%- set bound = {} -%}
    {%- for side in ("low", "high") -%}
        {%- set quotient = safe_divide(amount, poisson_bound(count, side)) -%}
        {%- do bound.update({
            side: "case when (" ~ amount ~ ") >= 0 then " ~ quotient ~ " end"
        }) -%}
    {%- endfor -%}
    {{ interval_columns(
        numerator=amount,
        denominator=count,
        estimate=safe_divide(amount, count),
        ci_low=bound["high"],
        ci_high=bound["low"],
        ci_method="poisson_exact",
        n_effective=count,
        units=count
    ) }}
{%- endmacro %}
