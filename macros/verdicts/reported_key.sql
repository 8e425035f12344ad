{#- The key under which a row of a mart is kept in ops.reported_values, as an
    expression over the mart: its declared keys in the order of its columns, which is
    how `pipelines/publishing/reported.py` writes it.

    mart: name of the model. -#}
{% macro reported_key(mart) -%}
    {%- set node = (
        graph.nodes.values() | selectattr('name', 'equalto', mart)
        | selectattr('resource_type', 'equalto', 'model') | first
    ) -%}
    {%- set keys = node.config.meta.get('reported', {}).get('keys', []) -%}
    concat_ws('|'
        {%- for column in node.columns.values() if column.name in keys %},
        coalesce(cast({{ column.name }} as varchar), '')
        {%- endfor %}
    )
{%- endmacro %}
