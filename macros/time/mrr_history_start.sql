{#- The first day from which on billing tells who pays: customers of its first month that
    started earlier are taken over as they are, and are not new. -#}
{% macro mrr_history_start() -%}
    {%- set day = checked_variable(
        "mrr_history_start", var("mrr_history_start"),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}", "2024-01-01"
    ) -%}
    cast('{{ day }}' as date)
{%- endmacro %}
