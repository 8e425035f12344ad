{#- The window over the rows of one curve from its first row to the current one, or to
    the one before it. The order must be total: without it a curve would depend on the
    order of its rows.

    order_by: the time of the curve, without ties.
    partition_by: columns; each combination of theirs is a curve of its own.
    last: 'current row' or '1 preceding'. -#}
{% macro running_window(order_by, partition_by=[], last="current row") -%}
    (
        {%- if partition_by %}
        partition by {{ partition_by | join(", ") }}
        {%- endif %}
        order by {{ order_by }} rows between unbounded preceding and {{ last }}
    )
{%- endmacro %}
