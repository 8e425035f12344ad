{#- The uniform columns (see interval_columns) of a share, with its Wilson interval.

    numerator, denominator: counts; the minimum-n rule looks at the denominator.
    n_effective: the size to use for the interval where answers are clustered or
    weighted (metrics C9b); the denominator by default. NULL leaves the interval NULL.
    clusters: number of clusters (accounts) behind the answers, where they are. -#}
{% macro wilson_interval(numerator, denominator, n_effective=none, clusters=none) -%}
    {%- set share = safe_divide(numerator, denominator) -%}
    {%- if n_effective is none -%}
        {%- set successes, trials = numerator, denominator -%}
    {%- else -%}
        {%- set successes, trials = share ~ " * (" ~ n_effective ~ ")", n_effective -%}
    {%- endif -%}
    {{ interval_columns(
        numerator=numerator,
        denominator=denominator,
        estimate=share,
        ci_low=wilson_bound(successes, trials, "low"),
        ci_high=wilson_bound(successes, trials, "high"),
        ci_method="wilson",
        n_effective=trials,
        units=denominator,
        clusters=clusters
    ) }}
{%- endmacro %}
