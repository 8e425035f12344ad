{#- The probability that the absolute value of Student's t with df degrees of freedom
    exceeds that of a value: the two-sided p of a t test, to 1e-9.

    It is the incomplete beta function of 1/2 and df / 2. In the angle y whose tangent is
    |t| / sqrt(df), the density is 2 cos(y)^(df - 1) / B(1/2, df / 2), with its mode at 0
    (see incomplete_beta).

    value, df: names of columns. -#}
{% macro t_tail(value, df) -%}
    {%- set angle = "atan2(abs(" ~ value ~ "), sqrt(" ~ df ~ "))" -%}
    {%- set width = "6 * sqrt(2e0) / sqrt(nullif(" ~ df ~ " - 1, 0))" -%}
    {%- set density -%}
        ({{ df }} - 1) * ln(cos(Y)) + ln(2e0) + {{ log_gamma("(" ~ df ~ " + 1) / 2e0") }}
        - {{ log_gamma(df ~ " / 2e0") }} - {{ log_gamma("0.5") }}
    {%- endset -%}
    case
        when {{ df }} >= 1 and {{ value }} is not null
            {#- With one degree of freedom the density is flat up to the right angle. #}
            then {{ quadrature(
                density,
                start=angle,
                length="least(coalesce(" ~ width ~ ", 2e0), acos(0e0) - " ~ angle ~ ")",
                sign="+"
            ) }}
    end
{%- endmacro %}
