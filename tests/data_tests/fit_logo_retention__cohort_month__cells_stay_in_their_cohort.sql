{#- Nobody is active who is not in the cohort, who is active now is active now or later,
    and that curve never rises with age. -#}
with

retention as (

    select * from {{ ref('fit_logo_retention__cohort_month') }}

),

retention_with_younger as (

    select
        *,
        lag(active_or_later_count) over (
            partition by segment_id, activity_basis, cohort_label
            order by age_months
        ) as younger_count

    from retention

),

judged as (

    select
        *,
        case
            when active_or_later_count > customer_count
                then 'more are active than the cohort has'
            when numerator > active_or_later_count
                then 'more are active now than now or later'
            when active_or_later_count > younger_count and cohort_label <> 'all'
                then 'active or later rises with age'
        end as failure

    from retention_with_younger

)

select
    segment_id,
    activity_basis,
    cohort_label,
    age_months,
    customer_count,
    active_or_later_count,
    numerator,
    failure

from judged

where failure is not null
