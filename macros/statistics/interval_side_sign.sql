{#- The sign of the half width on one side of an interval: 'low' or 'high'. -#}
{% macro interval_side_sign(side) -%}
    {%- if side not in ("low", "high") -%}
        {{ exceptions.raise_compiler_error(
            "side of an interval is '" ~ side ~ "'; give 'low' or 'high'"
        ) }}
    {%- endif -%}
    {{ "-" if side == "low" else "+" }}
{%- endmacro %}
