-- Grain: one row per account and span of days in which it had one segment.
with

account_segments as (

    select * from {{ ref('stg_crm__account_segments') }}

),

account_versions as (

    select * from {{ ref('stg_crm__account_versions') }}

),

declared_starts as (

    select
        source_system,
        account_id,
        segment_id,
        valid_from_date,
        valid_to_date

    from account_segments

    -- Two segments from the same day: the one that holds longer.
    qualify row_number() over (
        partition by source_system, account_id, valid_from_date
        order by valid_from_at desc, valid_to_at desc nulls first, segment_id asc
    ) = 1

),

version_starts as (

    -- Versions of an account, used where it has no declared history.
    select
        account_versions.source_system,
        account_versions.account_id,
        account_versions.segment_id,
        coalesce(
            account_versions.effective_date,
            account_versions.updated_date,
            account_versions.created_date,
            date '0001-01-01'
        ) as valid_from_date,
        cast(null as date) as valid_to_date

    from account_versions

    left join declared_starts
        on account_versions.source_system = declared_starts.source_system
        and account_versions.account_id = declared_starts.account_id

    where
        declared_starts.account_id is null
        and not account_versions.is_deleted

    qualify row_number() over (
        partition by
            account_versions.source_system,
            account_versions.account_id,
            coalesce(
                account_versions.effective_date,
                account_versions.updated_date,
                account_versions.created_date,
                date '0001-01-01'
            )
        order by
            account_versions.effective_at desc nulls last,
            account_versions.extract_id desc,
            account_versions.record_number desc nulls last
    ) = 1

),

starts as (

    select * from declared_starts
    union all
    select * from version_starts

),

known_spans as (

    select
        source_system,
        account_id,
        segment_id,
        'known' as segment_basis,
        valid_from_date,
        least(
            coalesce(valid_to_date, date '9999-12-31'),
            coalesce(
                lead(valid_from_date) over account_history, date '9999-12-31'
            )
        ) as valid_to_date,
        row_number() over account_history as span_number

    from starts

    window account_history as (
        partition by source_system, account_id
        order by valid_from_date
    )

),

spans as (

    select
        source_system,
        account_id,
        segment_id,
        segment_basis,
        valid_from_date,
        valid_to_date

    from known_spans

    union all

    -- Before history starts, the first known segment stands in, and says so.
    select
        source_system,
        account_id,
        segment_id,
        'first_known' as segment_basis,
        date '0001-01-01' as valid_from_date,
        valid_from_date as valid_to_date

    from known_spans

    where span_number = 1

)

select
    source_system,
    account_id,
    segment_id,
    segment_basis,
    valid_from_date,
    valid_to_date

from spans

where
    segment_id is not null
    and valid_from_date < valid_to_date
