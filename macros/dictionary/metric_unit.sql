{#- The unit of a metric: declared, or told by the name of the column, which the rules
    of names fix; none where neither says it.

    own, of_mart: what the column and the mart declare of the metric. -#}
{% macro metric_unit(name, own, of_mart) -%}
    {%- set by_ending = {
        'count': 'count',
        'rate': 'share',
        'amount': 'currency',
        'days': 'days',
        'months': 'months',
        'verdict': 'word',
    } -%}
    {%- set by_name = {
        'estimate': of_mart.unit,
        'ci_low': of_mart.unit,
        'ci_high': of_mart.unit,
        'numerator': 'count',
        'denominator': 'count',
        'n_effective': 'count',
    } -%}
    {{- return(
        own.unit or by_name.get(name) or by_ending.get(name.split('_')[-1])
    ) -}}
{%- endmacro %}
