{#- The first time at which no more than half survive, as an aggregate over a curve; NULL
    where the curve stays above. The margin is for rounding: a product that should be
    one half may come out a little above it.

    time, survival: columns of the curve. -#}
{% macro survival_median(time, survival) -%}
    min(case when {{ survival }} <= 0.5e0 + 1e-12 then {{ time }} end)
{%- endmacro %}
