{#- The size of the sample from which on Wilson's interval of a share excludes a
    threshold, should the share stay as it is: z^2 T (1 - T) / (p - T)^2, since the bounds
    of Wilson's interval solve just this. NULL where the share is the threshold. -#}
{% macro needed_sample(share, threshold) -%}
    (floor({{ safe_divide(
        z_975() ~ " * " ~ z_975() ~ " * " ~ threshold ~ " * (1 - " ~ threshold ~ ")",
        "(" ~ share ~ " - " ~ threshold ~ ") * (" ~ share ~ " - " ~ threshold ~ ")"
    ) }}) + 1)
{%- endmacro %}
