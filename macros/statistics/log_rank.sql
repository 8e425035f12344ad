{#- The terms of the log-rank test of one group against all, at one time, as columns
    that a model sums up over the times (metrics section 0):

    log_rank_difference   events of the group less those expected, d n_group / n
    log_rank_variance     the hypergeometric variance of its events

    events, at_risk: counts of the group. all_events, all_at_risk: counts of everybody,
    the group among them. -#}
{% macro log_rank(events, at_risk, all_events, all_at_risk) -%}
    {%- set share = safe_divide(at_risk, all_at_risk) -%}
    {{ events }} - {{ all_events }} * {{ share }} as log_rank_difference,
    {#- One at risk has no variance; none at risk has no term. #}
    coalesce(
        {{ all_events }} * {{ share }} * (1 - {{ share }})
        * {{ safe_divide(
            all_at_risk ~ " - " ~ all_events, "greatest(1, " ~ all_at_risk ~ " - 1)"
        ) }},
        0e0
    ) as log_rank_variance
{%- endmacro %}
