{#- The lower or upper bound of the 95 % interval of a difference of two independent
    estimates, later minus earlier, from their own intervals: Newcombe's method 10 for
    two Wilson intervals (Statistics in Medicine 1998, 17:873; metrics section 0), and
    its square-and-add rule for any other pair.

    estimate, ci_low, ci_high: of the later one; other_…: of the earlier one.
    side: 'low' or 'high'. -#}
{% macro difference_bound(
    estimate, ci_low, ci_high, other_estimate, other_ci_low, other_ci_high, side
) -%}
    {%- if side == "low" -%}
        {%- set own, other = estimate ~ " - " ~ ci_low,
            other_ci_high ~ " - " ~ other_estimate -%}
    {%- else -%}
        {%- set own, other = ci_high ~ " - " ~ estimate,
            other_estimate ~ " - " ~ other_ci_low -%}
    {%- endif -%}
    {{ estimate }} - {{ other_estimate }} {{ interval_side_sign(side) }}
    sqrt(({{ own }}) * ({{ own }}) + ({{ other }}) * ({{ other }}))
{%- endmacro %}
