{#- The probability that a beta variable is at most x, over its density at x on the scale
    of the log odds, x^a (1 - x)^b / B(a, b). Shapes may be any positive numbers, as
    counts are that were scaled by their dispersion; x should not lie above the mode.

    What lies below x is integrated in the angle whose squared sine is x (see
    incomplete_beta). That wants a shape that is not small: raising it by one leaves a
    term behind, and five times is enough.

    a, b, x: names of columns; x between 0 and 1, exclusive. -#}
{% macro beta_tail_ratio(a, b, x) -%}
    {%- set sines, cosines = "(2 * " ~ a ~ " + 9)", "(2 * " ~ b ~ " - 1)" -%}
    {%- set angle = "atan2(sqrt(" ~ x ~ "), sqrt(1 - " ~ x ~ "))" -%}
    {%- set width = "6 * sqrt(2e0) / (sqrt(" ~ sines ~ ") + sqrt(" ~ cosines ~ "))" -%}
    {%- set relative_density -%}
        {{ sines }} * ln(sin(Y)) + {{ cosines }} * ln(cos(Y)) + ln(2e0)
        - ({{ a }} + 5) * ln({{ x }}) - {{ b }} * ln(1 - {{ x }})
    {%- endset -%}
    {#- Horner's scheme: terms is what raising leaves behind, factor what it is times. -#}
    {%- set raised = namespace(factor="1e0", terms="0e0") -%}
    {%- for i in range(4, -1, -1) -%}
        {%- set ratio = x ~ " * (" ~ a ~ " + " ~ b ~ " + " ~ i ~ ")" -%}
        {%- set shape = "(" ~ a ~ " + " ~ i ~ ")" -%}
        {%- set raised.terms = "(1 + " ~ ratio ~ " * " ~ raised.terms ~ ") / " ~ shape -%}
        {%- set raised.factor = raised.factor ~ " * " ~ ratio ~ " / " ~ shape -%}
    {%- endfor -%}
    {{ raised.terms }} + {{ raised.factor }} * {{ quadrature(
        relative_density, angle, "least(" ~ width ~ ", " ~ angle ~ ")", "-"
    ) }}
{%- endmacro %}
