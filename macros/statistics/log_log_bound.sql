{#- The lower or upper bound of the 95 % interval of a probability p with standard
    error e, from the normal interval of ln(-ln p): p^exp(-/+ z e / (p ln p)). It stays
    within 0 and 1, and is that of survival curves (metrics section 0).

    At 0 and 1 it does not exist, and a width of zero would claim certainty: the bound
    is then Wilson's for none or all of a sample.

    probability, standard_error: doubles.
    sample: how many units stand behind a probability of 0 or 1.
    side: 'low' or 'high'. -#}
{% macro log_log_bound(probability, standard_error, sample, side) -%}
    {%- set p = "(" ~ probability ~ ")" -%}
    case
        when {{ p }} <= 0 then {{ wilson_bound("0", sample, side) }}
        when {{ p }} >= 1 then {{ wilson_bound(sample, sample, side) }}
        when {{ p }} > 0 and {{ p }} < 1
            then power({{ p }}, exp(
                {{ interval_side_sign(side) }} {{ z_975() }} * {{ standard_error }}
                / ({{ p }} * ln({{ p }}))
            ))
    end
{%- endmacro %}
