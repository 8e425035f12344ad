{#- The uniform columns (see interval_columns) of a probability whose standard error is
    known, such as a point of a survival curve, with its log-log interval. n_effective
    is the sample of independent units that would have this error, p (1 - p) / e^2: the
    number of customers where nobody is censored.

    numerator, denominator: counts to show beside it; the estimate is not their quotient.
    units: the sample that the minimum-n rule looks at, and behind a probability of 0
    or 1; least_at_risk_count of a survival curve. -#}
{% macro log_log_interval(
    numerator, denominator, probability, standard_error, units, ci_method
) -%}
    {%- set variance = standard_error ~ " * " ~ standard_error -%}
    {{ interval_columns(
        numerator=numerator,
        denominator=denominator,
        estimate=probability,
        ci_low=log_log_bound(probability, standard_error, units, "low"),
        ci_high=log_log_bound(probability, standard_error, units, "high"),
        ci_method=ci_method,
        n_effective="coalesce("
        ~ safe_divide(probability ~ " * (1 - " ~ probability ~ ")", variance)
        ~ ", " ~ units ~ ")",
        units=units
    ) }}
{%- endmacro %}
