{#- How a metric is computed: declared, or what its name says where that is a plain
    count or sum; none where neither says it.

    own, of_mart: what the column and the mart declare of the metric. -#}
{% macro metric_formula(name, own, of_mart) -%}
    {%- set interval = of_mart.interval or 'interval' -%}
    {%- set by_ending = {
        'count': 'count',
        'amount': 'sum',
        'verdict': 'by the rule in its meaning',
    } -%}
    {%- set by_name = {
        'estimate': of_mart.formula,
        'ci_low': 'lower bound of estimate (' ~ interval ~ ', 95 %)',
        'ci_high': 'upper bound of estimate (' ~ interval ~ ', 95 %)',
        'numerator': 'count',
        'denominator': 'count',
        'n_effective': 'denominator, less what clusters and weights cost',
    } -%}
    {{- return(
        own.formula or by_name.get(name) or by_ending.get(name.split('_')[-1])
    ) -}}
{%- endmacro %}
