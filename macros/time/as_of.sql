{#- The exclusive upper bound of what a run may know, as a date (metrics C2).

    From the variable `as_of`, as unit tests set it, or else from the environment, as a
    run does. Without either it lies so far ahead that everything is read.

    The environment is read only while a model runs: whatever is read while the project
    is parsed makes dbt parse it anew when it changes, and this changes every night. -#}
{% macro as_of() -%}
    {%- set given = env_var("AS_OF", "") if execute else "" -%}
    {%- set day = checked_variable(
        "as_of",
        var("as_of", given or "2100-01-01"),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "2026-01-31"
    ) -%}
    cast('{{ day }}' as date)
{%- endmacro %}
