{#- The first cast says that the instant is UTC, the second moves it to the zone. -#}
{% macro duckdb__to_local(timestamp_column, zone) -%}
    ((({{ timestamp_column }}) at time zone 'UTC') at time zone '{{ zone }}')
{%- endmacro %}
