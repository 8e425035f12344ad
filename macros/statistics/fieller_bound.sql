{#- The lower or upper bound of Fieller's 95 % interval of the ratio R = sum_y / sum_x of
    two totals over a number of units that is itself left to chance, such as the customers
    that moved in a quarter: the R for which
    (sum_y - R sum_x)^2 <= t^2 (sum_yy - 2 R sum_xy + R^2 sum_xx).

    The squares are not centred, since the number of units varies as well (a compound
    Poisson sum). NULL with fewer than two units, where no unit departs from the ratio,
    and where sum_x itself cannot be told from zero: the ratio then has no upper bound.
    Use it where few or unequal units make up the denominator, for there `ratio_bound` is
    too narrow above.

    side: 'low' or 'high'. lower: a bound that the ratio cannot pass. -#}
{% macro fieller_bound(
    sum_y, sum_x, sum_yy, sum_xy, sum_xx, n, side, lower=none
) -%}
    {%- set y = "cast(" ~ sum_y ~ " as double)" -%}
    {%- set x = "cast(" ~ sum_x ~ " as double)" -%}
    {%- set t = t_quantile_975("(" ~ n ~ ") - 1") -%}
    {%- set t2 = "power(" ~ t ~ ", 2)" -%}
    {%- set a = "(" ~ x ~ " * " ~ x ~ " - " ~ t2 ~ " * cast(" ~ sum_xx ~ " as double))" -%}
    {%- set b = "(" ~ x ~ " * " ~ y ~ " - " ~ t2 ~ " * cast(" ~ sum_xy ~ " as double))" -%}
    {%- set c = "(" ~ y ~ " * " ~ y ~ " - " ~ t2 ~ " * cast(" ~ sum_yy ~ " as double))" -%}
    {%- set bound -%}
        ({{ b }} {{ interval_side_sign(side) }}
        {#- the root of a rounding error below zero is none #}
        sqrt(greatest(0e0, {{ b }} * {{ b }} - {{ a }} * {{ c }}))) / {{ a }}
    {%- endset -%}
    {%- set squares -%}
        (cast({{ sum_yy }} as double) - 2 * {{ y }} / {{ x }} * cast({{ sum_xy }} as double)
        + power({{ y }} / {{ x }}, 2) * cast({{ sum_xx }} as double))
    {%- endset -%}
    case
        when ({{ n }}) < 2 or {{ a }} <= 0 then null
        when {{ squares }} > 1e-12 * cast({{ sum_yy }} as double) then {{ clamp(bound, lower) }}
    end
{%- endmacro %}
