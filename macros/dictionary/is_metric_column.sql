{#- Whether a column of a mart is a metric: a number or a verdict that readers see.

    column: the column, as the manifest has it.
    keys: names of the columns of the primary key. -#}
{% macro is_metric_column(column, keys) -%}
    {%- set type = (column.data_type or '').split('(')[0] -%}
    {%- set is_number = type in ('bigint', 'integer', 'double', 'decimal') -%}
    {%- set is_verdict = column.name == 'verdict' or column.name.endswith('_verdict') -%}
    {%- set meta = column.config.meta -%}
    {{- return(
        (is_number or is_verdict)
        and column.name not in keys
        and meta.get('metric') is not sameas false
        and meta.get('publish') != 'never'
    ) -}}
{%- endmacro %}
