{#- How many customers one customer becomes when each brings k others in a cycle, and they
    again, after so many cycles (Skok): (k^(cycles + 1) - 1) / (k - 1). Churn and
    saturation are ignored, so that it says what k means and forecasts nothing. -#}
{% macro viral_multiple(k, cycles) -%}
    case
        {#- Its limit, where the fraction is none. #}
        when {{ k }} = 1 then {{ cycles }} + 1e0
        else (power(cast({{ k }} as double), {{ cycles }} + 1) - 1) / ({{ k }} - 1)
    end
{%- endmacro %}
