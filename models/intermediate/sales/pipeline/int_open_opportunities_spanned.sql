-- Grain: one row per visit of an open opportunity to a stage and span of days in which
-- its segment, its amount and its expected close stayed.
with

stage_visits as (

    select * from {{ ref('fct_stage_visits') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

account_segments as (

    select * from {{ ref('int_account_segments_spanned') }}

),

values_spanned as (

    select * from {{ ref('int_opportunity_values_spanned') }}

),

visits_with_length as (

    -- What is entered and left on one day is not in the pipeline at its end.
    select
        stage_visits.opportunity_key,
        stage_visits.account_key,
        stage_visits.opportunity_type,
        stage_visits.pipeline,
        stage_visits.stage,
        stage_visits.visit_basis,
        opportunities.currency_code,
        opportunities.opportunity_amount,
        stage_visits.is_qualified,
        opportunities.expected_close_date,
        stage_visits.entered_date is null as is_undated,
        coalesce(stage_visits.entered_date, date '0001-01-01') as entered_date,
        coalesce(stage_visits.left_date, date '9999-12-31') as left_date

    from stage_visits

    inner join opportunities
        on stage_visits.opportunity_key = opportunities.opportunity_key

    where
        stage_visits.is_counted
        and (
            stage_visits.left_date
            > coalesce(stage_visits.entered_date, date '0001-01-01')
            or stage_visits.is_open
        )

),

known_segments as (

    select
        source_system || ':' || account_id as account_key,
        segment_id,
        valid_from_date,
        valid_to_date

    from account_segments

),

ends_of_known_segments as (

    select
        account_key,
        valid_from_date,
        valid_to_date

    from known_segments

    union all

    -- A span of no length at the end of time, so that what comes before it is a gap.
    select
        account_key,
        date '9999-12-31' as valid_from_date,
        date '9999-12-31' as valid_to_date

    from known_segments

    group by account_key

),

segment_gaps as (

    select
        account_key,
        'unknown' as segment_id,
        coalesce(
            lag(valid_to_date) over (
                partition by account_key
                order by valid_from_date, valid_to_date
            ),
            date '0001-01-01'
        ) as valid_from_date,
        valid_from_date as valid_to_date

    from ends_of_known_segments

),

segments_without_gaps as (

    select * from known_segments

    union all

    select * from segment_gaps

    where valid_from_date < valid_to_date

),

amounts_spanned as (

    select
        source_system || ':' || opportunity_id as opportunity_key,
        opportunity_amount,
        valid_from_date,
        valid_to_date

    from values_spanned

    where field = 'amount'

),

expected_closes_spanned as (

    select
        source_system || ':' || opportunity_id as opportunity_key,
        expected_close_date,
        valid_from_date,
        valid_to_date

    from values_spanned

    where field = 'expected_close_date'

),

visits_split as (

    -- Every history covers all time, so that its spans split a visit without a gap.
    select
        visits_with_length.opportunity_key,
        coalesce(segments_without_gaps.segment_id, 'unknown') as segment_id,
        visits_with_length.opportunity_type,
        visits_with_length.pipeline,
        visits_with_length.stage,
        visits_with_length.visit_basis,
        visits_with_length.currency_code,
        case
            when amounts_spanned.opportunity_key is null
                then visits_with_length.opportunity_amount
            else amounts_spanned.opportunity_amount
        end as opportunity_amount,
        visits_with_length.is_qualified,
        visits_with_length.is_undated,
        case
            when expected_closes_spanned.opportunity_key is null
                then visits_with_length.expected_close_date
            else expected_closes_spanned.expected_close_date
        end as expected_close_date,
        greatest(
            visits_with_length.entered_date,
            coalesce(segments_without_gaps.valid_from_date, date '0001-01-01'),
            coalesce(amounts_spanned.valid_from_date, date '0001-01-01'),
            coalesce(expected_closes_spanned.valid_from_date, date '0001-01-01')
        ) as valid_from_date,
        least(
            visits_with_length.left_date,
            coalesce(segments_without_gaps.valid_to_date, date '9999-12-31'),
            coalesce(amounts_spanned.valid_to_date, date '9999-12-31'),
            coalesce(expected_closes_spanned.valid_to_date, date '9999-12-31')
        ) as valid_to_date

    from visits_with_length

    left join segments_without_gaps
        on visits_with_length.account_key = segments_without_gaps.account_key

    left join amounts_spanned
        on visits_with_length.opportunity_key = amounts_spanned.opportunity_key

    left join expected_closes_spanned
        on visits_with_length.opportunity_key
        = expected_closes_spanned.opportunity_key

)

select
    opportunity_key,
    segment_id,
    opportunity_type,
    pipeline,
    stage,
    visit_basis,
    currency_code,
    opportunity_amount,
    is_qualified,
    is_undated,
    expected_close_date,
    valid_from_date,
    valid_to_date

from visits_split

where
    valid_from_date < valid_to_date
    -- A segment may be declared ahead of time.
    and valid_from_date < {{ as_of() }}
