{#- How the interval of a metric is made; none for what has no interval.

    own, of_mart: what the column and the mart declare of the metric. -#}
{% macro metric_interval(mart, name, own, of_mart) -%}
    {%- set names = mart.columns.keys() -%}
    {%- set has_interval = (
        name in ('estimate', 'ci_low', 'ci_high')
        or name ~ '_low' in names
        or name ~ '_ci_low' in names
        or name.endswith('_low')
        or name.endswith('_high')
    ) -%}
    {{- return(own.interval or (of_mart.interval if has_interval else none)) -}}
{%- endmacro %}
