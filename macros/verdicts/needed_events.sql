{#- The number of events of two kinds together from which on the exact (Clopper-Pearson)
    interval of the share of one kind excludes a given share, should the share seen stay
    as it is: the normal approximation with a correction for continuity. Near a half it
    asks for less than three events more than the exact search; at two fifths it is
    within three events or 2 % of it. NULL where the two shares are the same. -#}
{% macro needed_events(share, excluded_share) -%}
    {%- set p0 = "cast(" ~ excluded_share ~ " as double)" -%}
    {%- set away = "nullif(abs(" ~ share ~ " - " ~ p0 ~ "), 0)" -%}
    {%- set spread = z_975() ~ " * sqrt(" ~ p0 ~ " * (1 - " ~ p0 ~ "))" -%}
    {%- set root -%}
        ({{ spread }} + sqrt({{ spread }} * {{ spread }} + 2 * {{ away }}))
        / (2 * {{ away }})
    {%- endset -%}
    (floor(({{ root }}) * ({{ root }})) + 1)
{%- endmacro %}
