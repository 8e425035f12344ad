{#- What an interval says about a threshold (metrics C11): `above` when all of it is at or
    over the threshold, `below` when all of it is under, else `undetermined`;
    `insufficient` when the sample must not drive a verdict. -#}
{% macro interval_verdict(ci_low, ci_high, threshold, is_min_n_met) -%}
    case
        when not coalesce({{ is_min_n_met }}, false) then 'insufficient'
        when {{ ci_low }} >= {{ threshold }} then 'above'
        when {{ ci_high }} < {{ threshold }} then 'below'
        else 'undetermined'
    end
{%- endmacro %}
