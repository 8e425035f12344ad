{#- The thresholds that a metric is held against or suppressed by, as a list of ids.

    own, of_mart: what the column and the mart declare of the metric. -#}
{% macro metric_thresholds(mart, name, own, of_mart) -%}
    {%- set ids = [] -%}
    {%- do ids.extend(own.thresholds or []) -%}
    {%- if name in ('estimate', 'verdict', 'threshold_rate') -%}
        {%- do ids.extend(of_mart.thresholds or []) -%}
    {%- endif -%}
    {%- if name == 'estimate' and 'is_min_n_met' in mart.columns -%}
        {%- do ids.extend(['minimum_sample_published', 'minimum_sample_verdict']) -%}
    {%- endif -%}
    {{- return(ids | unique | sort) -}}
{%- endmacro %}
