{#- An instant (a UTC timestamp) as the local timestamp of `reporting_tz` (metrics C1).
    Staging calls it once per instant; a bare date is never shifted. -#}
{% macro to_local(timestamp_column) -%}
    {%- set zone = checked_variable(
        "reporting_tz", var("reporting_tz"), "[A-Za-z0-9_+/-]+", "Europe/Berlin"
    ) -%}
    {{ adapter.dispatch("to_local")(timestamp_column, zone) }}
{%- endmacro %}
