-- Grain: one row per segment and contract type.
with

fits as (

    select * from {{ ref('int_survival_fitted') }}

)

select
    segment_id,
    contract_type,
    survival_basis,
    fit_status,
    customer_count,
    churned_count,
    observed_periods,
    alpha,
    beta,
    log_likelihood,
    largest_deviation,
    discount_rate,
    discounted_lifetime,
    discounted_lifetime_low,
    discounted_lifetime_high,
    residual_lifetime,
    projected_12_rate,
    projected_12_low,
    projected_12_high,
    projected_24_rate,
    projected_24_low,
    projected_24_high,
    projected_36_rate,
    projected_36_low,
    projected_36_high

from fits
