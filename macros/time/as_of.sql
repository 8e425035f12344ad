{#- The exclusive upper bound of what a run may know, as a date (metrics C2).
    The variable is put into SQL as text, so that it is refused unless it is a date. -#}
{% macro as_of() -%}
    {%- set value = var("as_of") | string -%}
    {%- if not modules.re.match("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", value) -%}
        {{ exceptions.raise_compiler_error(
            "variable as_of is '" ~ value ~ "'; give an ISO date, such as 2026-01-31"
        ) }}
    {%- endif -%}
    cast('{{ value }}' as date)
{%- endmacro %}
