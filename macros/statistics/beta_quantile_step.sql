{#- One step towards the 2.5 % point of the beta distribution, from an x close by. The
    bounds of Clopper and Pearson's exact interval of k of n are the point of
    (k, n - k + 1), and 1 less that of (n - k, k + 1). From Wilson's bounds, five steps
    settle them to 1e-9 where k and n - k are 1/2 or more, and to 1e-6 below.

    It is Halley's step on the scale of the log odds, and no longer than 2.

    a, b, x, tail_ratio: names of columns; the last holds beta_tail_ratio of the others. -#}
{% macro beta_quantile_step(a, b, x, tail_ratio) -%}
    {%- set distance -%}
        ({{ tail_ratio }} - 0.025 * exp(
            {{ log_gamma(a) }} + {{ log_gamma(b) }} - {{ log_gamma(a ~ " + " ~ b) }}
            - {{ a }} * ln({{ x }}) - {{ b }} * ln(1 - {{ x }})
        ))
    {%- endset -%}
    {%- set slope = "(" ~ a ~ " * (1 - " ~ x ~ ") - " ~ b ~ " * " ~ x ~ ")" -%}
    1 / (1 + (1 - {{ x }}) / {{ x }} * exp(greatest(-2e0, least(2e0,
        {{ distance }} / (1 - least(1e0, {{ distance }} * {{ slope }}) / 2)
    ))))
{%- endmacro %}
