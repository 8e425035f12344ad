{#- The value that a standard normal variable exceeds with a small probability, up to one
    half, to 5e-4 (Hastings 1955, in Abramowitz and Stegun 26.2.23): near enough to say how
    many answers a test would need, and used for nothing else.

    probability: an expression between 0 and 0.5. -#}
{% macro normal_upper_point(probability) -%}
    {%- set t = "sqrt(-2 * ln(" ~ probability ~ "))" -%}
    (
        {{ t }} - (2.515517e0 + 0.802853e0 * {{ t }} + 0.010328e0 * {{ t }} * {{ t }})
        / (
            1 + 1.432788e0 * {{ t }} + 0.189269e0 * {{ t }} * {{ t }}
            + 0.001308e0 * {{ t }} * {{ t }} * {{ t }}
        )
    )
{%- endmacro %}
