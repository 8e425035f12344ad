{#- An instant (a UTC timestamp) as the local timestamp of `reporting_tz` (metrics C1).
    Staging calls it once per instant; a bare date is never shifted. -#}
{% macro to_local(timestamp_column) -%}
    {%- set zone = var("reporting_tz") | string -%}
    {%- if not modules.re.match("^[A-Za-z0-9_+/-]+$", zone) -%}
        {{ exceptions.raise_compiler_error(
            "variable reporting_tz is '" ~ zone ~ "'; give a name of the time-zone "
            ~ "database, such as Europe/Berlin"
        ) }}
    {%- endif -%}
    {{ adapter.dispatch("to_local")(timestamp_column, zone) }}
{%- endmacro %}
