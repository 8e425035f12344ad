{#- A date one full cycle of billing later, the cycle being a number of intervals. -#}
{% macro billing_cycle_later(date_column, billing_interval, interval_count) -%}
    case {{ billing_interval }}
        {%- for interval, part, size in [
            ("day", "day", 1),
            ("week", "day", 7),
            ("month", "month", 1),
            ("quarter", "month", 3),
            ("year", "month", 12),
        ] %}
        when '{{ interval }}'
            then {{ dbt.dateadd(part, interval_count ~ " * " ~ size, date_column) }}
        {%- endfor %}
    end
{%- endmacro %}
