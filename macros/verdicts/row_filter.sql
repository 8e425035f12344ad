{#- The condition, as text, that finds one row of a mart: what a reader types after
    `where`. Quotes within values are doubled.

    keys: pairs of a column of the mart and the expression of its value here. -#}
{% macro row_filter(keys) -%}
    {%- for column, expression in keys -%}
        {{ "'" if loop.first else " || ' and " }}{{ column }} = ''' || replace(
            cast({{ expression }} as varchar), '''', ''''''
        ) || ''''
    {%- endfor -%}
{%- endmacro %}
