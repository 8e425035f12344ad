{#- The lower or upper bound of the exact 95 % interval of the mean of a Poisson count:
    half the chi-square quantiles with 2 k and 2 k + 2 degrees of freedom (metrics
    section 0), at every k.

    side: 'low' or 'high'. -#}
{% macro poisson_bound(count, side) -%}
    {%- if side == "low" -%}
    case
        when ({{ count }}) = 0 then 0e0
        else {{ chi_square_quantile("2 * (" ~ count ~ ")", side) }} / 2
    end
    {%- else -%}
    {{ chi_square_quantile("2 * (" ~ count ~ ") + 2", side) }} / 2
    {%- endif -%}
{%- endmacro %}
