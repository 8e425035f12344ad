{#- The uniform columns of every rate row obey the rules that all rates share: counts
    are always there, the estimate is numerator / denominator, NULL on a zero
    denominator and below 10 units, and is_min_n_met says whether there are 30
    (metrics C7, C9, C10).

    scale: the estimate of a share of 1: 1, or 100 for a Net Promoter Score.
    units_column: what the minimum-n rule counts; n_effective for a ratio.
    sample_column: what n_effective may not exceed; units_column by default.
    clusters_column: number of clusters (accounts), where the answers are clustered.
    is_quotient: false for a curve whose units are not all followed to the end: its
    estimate is not numerator / denominator.
    tolerance: largest difference of the estimate that is rounding. -#}
{% test rate_columns_are_consistent(
    model, scale=1, units_column="denominator", sample_column=none,
    clusters_column=none, is_quotient=true, tolerance=1e-9
) %}

with

judged as (

    select
        case
            when numerator is null or denominator is null or {{ units_column }} is null
                then 'a count is missing'
            when ci_method is null then 'ci_method is missing'
            when n_effective > {{ sample_column or units_column }} + {{ tolerance }}
                then 'n_effective exceeds the sample'
            when denominator = 0 and estimate is not null
                then 'there is an estimate on a zero denominator'
            when {{ is_suppressed(units_column) }} and estimate is not null
                then 'the estimate of a sample below 10 is not suppressed'
            when {{ is_suppressed(units_column) }}
                and (ci_low is not null or ci_high is not null)
                then 'the interval of a sample below 10 is not suppressed'
            when not {{ is_suppressed(units_column) }}
                and denominator <> 0 and estimate is null
                then 'the estimate is missing'
            {%- if is_quotient %}
            when abs(
                estimate - {{ scale }} * {{ safe_divide("numerator", "denominator") }}
            ) > {{ tolerance }}
                then 'the estimate is not numerator / denominator'
            {%- endif %}
            when is_min_n_met is null
                or is_min_n_met <> {{ min_n_met(units_column, clusters_column) }}
                then 'is_min_n_met contradicts the sample'
        end as failure,
        *

    from {{ model }}

)

select * from judged

where failure is not null

{% endtest %}
