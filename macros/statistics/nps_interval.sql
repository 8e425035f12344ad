{#- The uniform columns (see interval_columns) of a Net Promoter Score: numerator is
    promoters minus detractors, the score (-100 to 100) is shown unadjusted, its
    interval is the adjusted Wald interval (metrics 1.4).

    promoters, detractors, answered: counts; the minimum-n rule looks at answered.
    n_effective: the size to use for the interval where answers are clustered or
    weighted (metrics C9b); answered by default. NULL leaves the interval NULL.
    clusters: number of clusters (accounts) behind the answers, where they are. -#}
{% macro nps_interval(
    promoters, detractors, answered, n_effective=none, clusters=none
) -%}
    {%- set difference = "(" ~ promoters ~ ") - (" ~ detractors ~ ")" -%}
    {%- if n_effective is none -%}
        {%- set p, d, n = promoters, detractors, answered -%}
    {%- else -%}
        {%- set p = safe_divide(promoters, answered) ~ " * (" ~ n_effective ~ ")" -%}
        {%- set d = safe_divide(detractors, answered) ~ " * (" ~ n_effective ~ ")" -%}
        {%- set n = n_effective -%}
    {%- endif -%}
    {{ interval_columns(
        numerator=difference,
        denominator=answered,
        estimate="100 * " ~ safe_divide(difference, answered),
        ci_low=nps_bound(p, d, n, "low"),
        ci_high=nps_bound(p, d, n, "high"),
        ci_method="adjusted_wald",
        n_effective=n,
        units=answered,
        clusters=clusters
    ) }}
{%- endmacro %}
