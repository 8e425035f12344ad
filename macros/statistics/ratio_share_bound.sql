{#- The lower or upper bound of the 95 % interval of a ratio that is a share of sum_x, such
    as the revenue kept: Wilson's, of as many equal units as have the standard error of the
    ratio (ratio_bound), and of no more than there are. A symmetric interval leaves out
    too much where a share is near 0 or 1 and few units depart from it.

    NULL where ratio_bound is. side: 'low' or 'high'. -#}
{% macro ratio_share_bound(sum_y, sum_x, sum_yy, sum_xy, sum_xx, n, side) -%}
    {%- set ratio = safe_divide(sum_y, sum_x) -%}
    {%- set units = "cast(" ~ n ~ " as double)" -%}
    {%- set whole = "cast(" ~ sum_x ~ " as double)" -%}
    {%- set squares = ratio_squares(sum_y, sum_x, sum_yy, sum_xy, sum_xx) -%}
    {%- set size -%}
        least({{ units }}, {{ ratio }} * (1 - {{ ratio }}) * ({{ units }} - 1) / {{ units }}
        * {{ whole }} * {{ whole }} / {{ squares }})
    {%- endset -%}
    case
        when {{ units }} >= 2 and {{ squares }} > 1e-12 * cast({{ sum_yy }} as double)
            then {{ wilson_bound(ratio ~ " * " ~ size, size, side) }}
    end
{%- endmacro %}
