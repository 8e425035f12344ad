{#- The interval of every rate row contains its estimate, and stands or falls as a
    whole: both bounds or none, and none without an estimate. -#}
{% test interval_contains_estimate(model) %}

with

judged as (

    select
        case
            when (ci_low is null) <> (ci_high is null)
                then 'one bound of the interval is missing'
            when estimate is null and ci_low is not null
                then 'there is an interval without an estimate'
            when ci_low > estimate then 'ci_low is above the estimate'
            when ci_high < estimate then 'ci_high is below the estimate'
        end as failure,
        *

    from {{ model }}

)

select * from judged

where failure is not null

{% endtest %}
