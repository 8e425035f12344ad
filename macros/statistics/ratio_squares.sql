{#- The sum of (y - R x)^2 over units, R being sum_y / sum_x, from the sums that one pass
    over the units gives. -#}
{% macro ratio_squares(sum_y, sum_x, sum_yy, sum_xy, sum_xx) -%}
    {%- set ratio = safe_divide(sum_y, sum_x) -%}
    (cast({{ sum_yy }} as double) - 2 * {{ ratio }} * cast({{ sum_xy }} as double)
    + {{ ratio }} * {{ ratio }} * cast({{ sum_xx }} as double))
{%- endmacro %}
