{#- The score, 1 to 5, of a shared rank among n: 1 + floor(5 * (rank - 1) / n). Equal
    values share a rank and so a score, which NTILE would split (metrics 4.7).

    rank_column: the result of `rank()` over the values, the lowest first.
    n: how many values were ranked. -#}
{% macro rank_score(rank_column, n) -%}
    cast(
        1 + floor(5e0 * ({{ rank_column }} - 1) / nullif({{ n }}, 0)) as integer
    )
{%- endmacro %}
