{#- The statements of the thresholds that a verdict used, as one JSON array: an aggregate
    over rows of dim_thresholds. -#}
{% macro thresholds_list(statement="statement", threshold_id="threshold_id") -%}
    '[' || string_agg({{ statement }}, ', ' order by {{ threshold_id }}) || ']'
{%- endmacro %}
