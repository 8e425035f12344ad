{#- Whether a verdict decides nothing yet: too few, too early, or within chance. -#}
{% macro is_open_verdict(verdict) -%}
    {{ verdict }} in (
        'undetermined', 'insufficient', 'pending', 'refused', 'not_comparable'
    )
{%- endmacro %}
