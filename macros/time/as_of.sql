{#- The exclusive upper bound of what a run may know, as a date (metrics C2). -#}
{% macro as_of() -%}
    {%- set day = checked_variable(
        "as_of", var("as_of"), "[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-01-31"
    ) -%}
    cast('{{ day }}' as date)
{%- endmacro %}
