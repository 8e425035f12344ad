{#- Kaplan-Meier survival over a curve's rows in the order of time, as columns
    (metrics section 0):

    survival_before   S(t-), the survival before this time; 1 at the first
    survival          S(t), the product of 1 - d / n
    survival_error    its standard error by Greenwood, S sqrt(sum d / (n (n - d)))
    least_at_risk_count   the fewest at risk up to here, which the at-risk floor
                      looks at: after a stretch with few, the curve rests on those few

    The interval is log_log_interval over these columns. Customers who enter late count
    in `at_risk` from their entry on, and need nothing else.

    at_risk, events: counts at each time; events precede censorings at ties.
    order_by: the time, without ties. partition_by: columns that name the curve. -#}
{% macro kaplan_meier(at_risk, events, order_by, partition_by=[]) -%}
    {%- set window = running_window(order_by, partition_by) -%}
    {%- set before = running_window(order_by, partition_by, "1 preceding") -%}
    {%- set stay = "(1 - " ~ safe_divide(events, at_risk) ~ ")" -%}
    {%- set n = "cast(" ~ at_risk ~ " as double)" -%}
    {#- Where all of them end, the term is none and the survival is zero. -#}
    {%- set greenwood = safe_divide(events, n ~ " * (" ~ n ~ " - " ~ events ~ ")") -%}
    coalesce({{ running_product(stay, before) }}, 1e0) as survival_before,
    coalesce({{ running_product(stay, window) }}, 1e0) as survival,
    coalesce({{ running_product(stay, window) }}, 1e0)
    * sqrt(coalesce(sum({{ greenwood }}) over {{ window }}, 0e0)) as survival_error,
    min({{ at_risk }}) over {{ window }} as least_at_risk_count
{%- endmacro %}
