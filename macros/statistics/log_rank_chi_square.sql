{#- The log-rank statistic, chi-square with one degree of freedom, from the sums of the
    terms of log_rank; NULL where nothing could differ.

    difference, variance: the sums. -#}
{% macro log_rank_chi_square(difference, variance) -%}
    {{ safe_divide("(" ~ difference ~ ") * (" ~ difference ~ ")", variance) }}
{%- endmacro %}
