{#- The lower or upper bound of the 95 % adjusted Wald interval of a Net Promoter
    Score, -100 to 100: three answers are added, 3/4 promoters and 3/4 detractors
    (Rocks 2016; metrics 1.4). NULL without answers.

    promoters, detractors: counts, or shares times the effective size.
    answered: the sample, or its effective size.
    side: 'low' or 'high'. -#}
{% macro nps_bound(promoters, detractors, answered, side) -%}
    {%- set n = "(cast(" ~ answered ~ " as double) + 3)" -%}
    {%- set p = "((cast(" ~ promoters ~ " as double) + 0.75e0) / " ~ n ~ ")" -%}
    {%- set d = "((cast(" ~ detractors ~ " as double) + 0.75e0) / " ~ n ~ ")" -%}
    {%- set bound -%}
        100 * ({{ p }} - {{ d }} {{ interval_side_sign(side) }} {{ z_975() }}
        * sqrt(({{ p }} + {{ d }} - ({{ p }} - {{ d }}) * ({{ p }} - {{ d }})) / {{ n }}))
    {%- endset -%}
    case
        when
            ({{ answered }}) > 0
            and ({{ promoters }}) is not null
            and ({{ detractors }}) is not null
            then {{ clamp(bound, "-100e0", "100e0") }}
    end
{%- endmacro %}
