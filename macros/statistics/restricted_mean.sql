{#- Mean survival time up to each time of a curve: the area under its steps so far,
    as a running sum. The row of time t has the restricted mean of horizon t.

    survival_before: that of kaplan_meier.
    width: the time from the row before to this one (from 0 to the first).
    order_by: the time, without ties. partition_by: columns that name the curve. -#}
{% macro restricted_mean(survival_before, width, order_by, partition_by=[]) -%}
    sum({{ survival_before }} * {{ width }})
        over {{ running_window(order_by, partition_by) }}
{%- endmacro %}
