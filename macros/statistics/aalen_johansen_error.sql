{#- Standard error of a cumulative incidence I(t) of aalen_johansen, by Marubini and
    Valsecchi: the variance is the sum over the times s up to t of

        (I(t) - I(s))^2 d / (n (n - d))
        + S(s-)^2 d_cause (n - d_cause) / n^3
        - 2 (I(t) - I(s)) S(s-) d_cause / n^2

    written with I(t) outside the sums, so that they run along. Its interval is
    log_log_interval.

    incidence: the column that holds aalen_johansen; the other arguments as there.
    events: counts of all causes. -#}
{% macro aalen_johansen_error(
    incidence, survival_before, at_risk, events, cause_events, order_by, partition_by=[]
) -%}
    {%- set window = running_window(order_by, partition_by) -%}
    {%- set n = "cast(" ~ at_risk ~ " as double)" -%}
    {#- Where all of them end, I stays what it is, and I(t) - I(s) is zero. -#}
    {%- set spread = "coalesce("
        ~ safe_divide(events, n ~ " * (" ~ n ~ " - " ~ events ~ ")") ~ ", 0e0)" -%}
    {%- set step = survival_before ~ " * " ~ safe_divide(cause_events, at_risk) -%}
    {%- set left = safe_divide(n ~ " - " ~ cause_events, at_risk) -%}
    {%- set drift = "coalesce(" ~ safe_divide(step, at_risk) ~ ", 0e0)" -%}
    {%- set own = "coalesce(" ~ survival_before ~ " * " ~ left ~ ", 0e0)" -%}
    sqrt(greatest(
        0e0,
        {{ incidence }} * {{ incidence }} * sum({{ spread }}) over {{ window }}
        - 2 * {{ incidence }}
        * sum({{ incidence }} * {{ spread }} + {{ drift }}) over {{ window }}
        + sum(
            {{ incidence }} * {{ incidence }} * {{ spread }}
            + {{ drift }} * ({{ own }} + 2 * {{ incidence }})
        ) over {{ window }}
    ))
{%- endmacro %}
