{#- True when a sample of n is large enough to drive a verdict (metrics C10: n >= 30).
    Where answers are clustered, fewer than 10 clusters (accounts) are never enough,
    however many answers they hold (metrics C9b). -#}
{% macro min_n_met(n, clusters=none) -%}
    coalesce(({{ n }}) >= 30
    {%- if clusters is not none %} and ({{ clusters }}) >= 10 {%- endif -%}
    , false)
{%- endmacro %}
