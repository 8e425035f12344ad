{#- The lower or upper bound of the 95 % Wilson score interval of successes / trials,
    within [0, 1]; NULL without trials (metrics section 0).

    trials: may be an effective sample size and need not be a whole number; successes
    are then the share times that size.
    side: 'low' or 'high'. -#}
{% macro wilson_bound(successes, trials, side) -%}
    {%- set k = "cast(" ~ successes ~ " as double)" -%}
    {%- set n = "cast(" ~ trials ~ " as double)" -%}
    {%- set z = z_975() -%}
    {%- set bound -%}
        ({{ k }} + {{ z }} * {{ z }} / 2 {{ interval_side_sign(side) }} {{ z }}
        * sqrt({{ k }} * ({{ n }} - {{ k }}) / {{ n }} + {{ z }} * {{ z }} / 4))
        / ({{ n }} + {{ z }} * {{ z }})
    {%- endset -%}
    case
        {#- Exact at the edges, where the closed form is off by a rounding error. #}
        {%- if side == "low" %}
        when {{ k }} = 0 and {{ n }} > 0 then 0e0
        {%- else %}
        when {{ k }} = {{ n }} and {{ n }} > 0 then 1e0
        {%- endif %}
        when {{ k }} is not null and {{ n }} > 0 then {{ clamp(bound, "0e0", "1e0") }}
    end
{%- endmacro %}
