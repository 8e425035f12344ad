{#- The lower or upper bound of the 95 % interval of a ratio that is a share of sum_x, such
    as the revenue kept: Wilson's, of sum_x^2 / sum_xx trials, which is as many equal units
    as are worth these unequal ones (Kish 1965).

    A unit keeps between none and all of its x, which varies most where it is one of the
    two; where many lose a little, the interval is wider than it need be. The squared
    residuals (ratio_bound) would tell, but not where few units depart from the rest: those
    that happened to are then seldom the large ones, of which the next may be one.

    NULL where sum_x is 0 or NULL. side: 'low' or 'high'. -#}
{% macro ratio_share_bound(sum_y, sum_x, sum_xx, side) -%}
    {%- set whole = "cast(" ~ sum_x ~ " as double)" -%}
    {%- set size = safe_divide(whole ~ " * " ~ whole, "cast(" ~ sum_xx ~ " as double)") -%}
    {{ wilson_bound(safe_divide(sum_y, sum_x) ~ " * " ~ size, size, side) }}
{%- endmacro %}
