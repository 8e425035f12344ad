{#- Integral of exp(logarithm) from a start over a length, forwards or backwards, by
    Gauss and Legendre's quadrature: a fixed number of terms that stand side by side, as
    parsers of SQL want them; the steps of a continued fraction would be nested.

    logarithm: an expression of Y, which stands for the variable. It must be smooth, and
    no narrower than a tenth of the length.
    start, length: expressions; backwards the start is the upper end.
    sign: '+' for forwards, '-' for backwards. -#}
{% macro quadrature(logarithm, start, length, sign) -%}
    {{ length }} * (
        {%- for node, weight in quadrature_nodes() %}
        {%- set y = "(" ~ start ~ sign ~ length ~ "*" ~ node ~ ")" %}
        {{ weight }} * exp({{ logarithm | replace("Y", y) }})
        {%- if not loop.last %} +{% endif %}
        {%- endfor %}
    )
{%- endmacro %}
