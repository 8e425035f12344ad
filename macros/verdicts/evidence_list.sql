{#- Pieces of evidence as one JSON array; a NULL among them is left out.

    items: expressions, each an evidence_item or NULL where there is none. -#}
{% macro evidence_list(items) -%}
    '[' || concat_ws(', '
        {%- for item in items %},
        {{ item }}
        {%- endfor %}
    ) || ']'
{%- endmacro %}
