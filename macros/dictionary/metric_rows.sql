{#- The metric columns of all published marts, as the manifest knows them while dbt
    runs: a list of dicts whose keys are columns of dim_metrics, and `threshold_ids`.

    A metric is a column that holds a number or a verdict, is no part of the primary key
    and does not say `metric: false` in its meta. -#}
{% macro metric_rows() -%}
    {%- set rows = [] -%}
    {%- set keys = {} -%}
    {%- for test in graph.nodes.values()
        if test.resource_type == 'test' and test.attached_node and test.test_metadata -%}
        {%- if test.test_metadata.name == 'is_unique_combination' -%}
            {%- do keys.update({
                test.attached_node: test.test_metadata.kwargs.columns
            }) -%}
        {%- elif test.test_metadata.name == 'unique' -%}
            {%- do keys.update({test.attached_node: [test.column_name]}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for mart in graph.nodes.values() | sort(attribute='unique_id')
        if mart.resource_type == 'model' and mart.fqn[1] == 'marts'
        and mart.config.meta.get('is_published', true) -%}
        {%- set of_mart = mart.config.meta.get('metric', {}) -%}
        {%- set feeds = feeds_behind(mart.unique_id) -%}
        {%- for column in mart.columns.values()
            if is_metric_column(column, keys.get(mart.unique_id, [])) -%}
            {%- set own = column.config.meta.get('metric', {}) -%}
            {%- set name = column.name -%}
            {%- do rows.append({
                'metric_id': mart.name ~ '.' ~ name,
                'model_name': mart.name,
                'schema_name': mart.schema,
                'column_name': name,
                'metric_name': metric_label(mart, name),
                'meaning': column.description | trim,
                'formula': metric_formula(name, own, of_mart),
                'grain': (mart.description.split('.')[0] ~ '.').split() | join(' '),
                'unit': metric_unit(name, own, of_mart),
                'interval_method': metric_interval(mart, name, own, of_mart),
                'source': own.source or of_mart.source,
                'feeds': feeds | join(', '),
                'column_number': loop.index,
                'threshold_ids': metric_thresholds(mart, name, own, of_mart),
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(rows) -}}
{%- endmacro %}
