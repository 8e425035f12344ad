{#- What to call a metric: the mart's own words for its estimate, else the column's. -#}
{% macro metric_label(mart, name) -%}
    {%- set words = mart.name.split('__')[0].split('_') -%}
    {%- set of_mart = (words[1:] if words | length > 1 else words) | join(' ') -%}
    {{- return(of_mart if name == 'estimate' else name | replace('_', ' ')) -}}
{%- endmacro %}
