{#- The first `part` of `parts` equal parts of an amount, rounded to a decimal. The
    difference of two neighbours is one part, and all parts add up to the amount to the
    last digit, in whatever order they are read.

    part, parts: whole numbers; part 0 is nothing, part `parts` is all of it. -#}
{% macro running_share(amount, part, parts, scale) -%}
    case
        when ({{ part }}) >= ({{ parts }})
            then cast({{ amount }} as decimal(18, {{ scale }}))
        else
            cast(
                cast({{ amount }} as double) * ({{ part }}) / nullif({{ parts }}, 0)
                as decimal(18, {{ scale }})
            )
    end
{%- endmacro %}
