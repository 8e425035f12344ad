{#- A quantile of values that are known as counts by value, as an aggregate over the
    values: linear between the two values whose ranks are nearest, as percentile_cont
    has it, without sorting every unit. NULL without units.

    value: the value. cumulated: units with this value or a smaller one.
    units: units in all, the same in every row. share: which quantile, 0 to 1. -#}
{% macro quantile_of_counts(value, cumulated, units, share) -%}
    {%- set rank = "(" ~ share ~ "e0 * (" ~ units ~ " - 1))" -%}
    {%- set lower -%}
        min(case when {{ cumulated }} > floor({{ rank }}) then {{ value }} end)
    {%- endset -%}
    {%- set upper -%}
        min(case when {{ cumulated }} > ceil({{ rank }}) then {{ value }} end)
    {%- endset -%}
    {{ lower }} + max({{ rank }} - floor({{ rank }})) * ({{ upper }} - {{ lower }})
{%- endmacro %}
