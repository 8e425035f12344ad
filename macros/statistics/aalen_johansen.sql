{#- Cumulative incidence of one of several competing causes, by Aalen and Johansen: the
    running sum of S(t-) d_cause / n, over a curve's rows in the order of time (metrics
    section 0). With all causes and the survival it adds up to 1.

    survival_before: that of kaplan_meier over the events of all causes.
    at_risk, cause_events: counts at each time.
    order_by: the time, without ties. partition_by: columns that name the curve. -#}
{% macro aalen_johansen(
    survival_before, at_risk, cause_events, order_by, partition_by=[]
) -%}
    coalesce(
        sum({{ survival_before }} * {{ safe_divide(cause_events, at_risk) }})
            over {{ running_window(order_by, partition_by) }},
        0e0
    )
{%- endmacro %}
