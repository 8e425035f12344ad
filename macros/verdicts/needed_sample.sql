{#- The size of the sample from which on Wilson's interval of a share excludes a
    threshold, should the share stay as it is: z^2 T (1 - T) / (p - T)^2, since the bounds
    of Wilson's interval solve just this. NULL where the share is the threshold, or so
    near to it that no sample would tell them apart: a weighted score of 2/5 is not
    exactly 0.4. -#}
{% macro needed_sample(share, threshold) -%}
    {%- set away -%}
        case when abs({{ share }} - {{ threshold }}) >= 1e-6
            then {{ share }} - {{ threshold }} end
    {%- endset -%}
    (floor({{ safe_divide(
        z_975() ~ " * " ~ z_975() ~ " * " ~ threshold ~ " * (1 - " ~ threshold ~ ")",
        "(" ~ away ~ ") * (" ~ away ~ ")"
    ) }}) + 1)
{%- endmacro %}
