{#- The feeds that a model is made of, directly or not, as `source.feed`, sorted.

    unique_id: the model, as the manifest names it. -#}
{% macro feeds_behind(unique_id) -%}
    {%- set seen = {unique_id: true} -%}
    {%- set waiting = [unique_id] -%}
    {%- set feeds = [] -%}
    {#- the list grows while it is walked: each model is walked once -#}
    {%- for name in waiting -%}
        {%- if name in graph.sources -%}
            {%- set feed = graph.sources[name] -%}
            {%- do feeds.append(
                feed.source_name | replace('raw_', '') ~ '.' ~ feed.name
            ) -%}
        {%- endif -%}
        {%- for parent in graph.nodes.get(name, {}).get('depends_on', {}).get('nodes', [])
            if parent not in seen -%}
            {%- do seen.update({parent: true}) -%}
            {%- do waiting.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(feeds | sort) -}}
{%- endmacro %}
