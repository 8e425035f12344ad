-- Grain: one row per customer and run of months with recurring revenue.
with

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

spells as (

    select
        customer_key,
        cohort_segment_id as segment_id,
        spell_no,
        min_by(contract_type, mrr_month) as contract_type,
        min_by(age_months, mrr_month) as age_months,
        cohort_label = 'opening' and spell_no = 1 as is_opening,
        min(mrr_month) as first_month,
        min(case when not is_active then mrr_month end) as ended_month,
        {{ months_later(month_of(as_of()), -1) }} as last_complete_month,
        cohort_month

    from customer_months

    group by customer_key, cohort_segment_id, spell_no, cohort_label, cohort_month

),

spells_with_follow_up as (

    select
        customer_key,
        segment_id,
        spell_no,
        contract_type,
        -- Who was there when the extracts begin has been seen from that age on only.
        case when is_opening then age_months else 0 end as entry_age,
        {{ dbt.datediff('first_month', 'ended_month', 'month') }}
            as ended_after,
        {{ dbt.datediff('first_month', 'last_complete_month', 'month') }}
            as followed_for,
        first_month,
        cohort_month

    from spells

    -- Without a start there is no age.
    where not is_opening or age_months is not null

),

spells_with_duration as (

    select
        *,
        entry_age + coalesce(ended_after, followed_for) as duration_months,
        -- A term that is not renewed shows at the month end after its last day, or with
        -- the days of grace a month later: month 12 or 13 for the first. A renewal can
        -- be judged when both are over, and by who was seen for the whole term.
        cast(floor((entry_age + followed_for - 1) / 12.0) as bigint)
            as last_known_renewal,
        cast(ceil(greatest(entry_age - 1, 0) / 12.0) as bigint) as missed_renewals,
        case
            when ended_after is not null
                then cast(
                    greatest(1, floor((entry_age + ended_after + 10) / 12.0)) as bigint
                )
        end as failed_renewal

    from spells_with_follow_up

),

spells_with_renewals as (

    select
        *,
        contract_type = 'annual'
        and missed_renewals < last_known_renewal
        and coalesce(missed_renewals < failed_renewal, true) as has_renewals

    from spells_with_duration

)

select
    customer_key,
    segment_id,
    contract_type,
    cast(spell_no as bigint) as spell_no,
    cast(entry_age as bigint) as entry_age,
    cast(duration_months as bigint) as duration_months,
    case when has_renewals then missed_renewals end as entry_renewal,
    case
        when has_renewals
            then least(coalesce(failed_renewal, last_known_renewal), last_known_renewal)
    end as duration_renewals,
    ended_after is not null as is_event,
    case
        when has_renewals then coalesce(failed_renewal <= last_known_renewal, false)
    end as is_renewal_event,
    first_month,
    cohort_month

from spells_with_renewals
