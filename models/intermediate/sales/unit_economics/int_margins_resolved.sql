-- Grain: one row per month and segment whose gross margin is known.
with

margins as (

    select * from {{ ref('stg_finance__margins') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

declared_margins as (

    -- Two books of one month and segment: the first by name, the same in every run.
    select
        coalesce(segment_id, 'all') as segment_id,
        -- A decimal, so that sums of margins are the same in any order.
        cast(gross_margin_rate as decimal(9, 6)) as gross_margin_rate,
        {{ month_of('margin_month') }} as margin_month

    from margins

    where
        margin_month < {{ as_of() }}
        and gross_margin_rate is not null

    qualify row_number() over (
        partition by coalesce(segment_id, 'all'), {{ month_of('margin_month') }}
        order by source_system, margin_month, extract_id, record_number
    ) = 1

),

candidates as (

    select
        segment_id,
        'segment' as margin_basis,
        gross_margin_rate,
        margin_month

    from declared_margins

    where segment_id <> 'all'

    union all

    -- A segment without a margin of its own has that of the company.
    select
        segments.segment_id,
        'company',
        declared_margins.gross_margin_rate,
        declared_margins.margin_month

    from declared_margins

    cross join segments

    where
        declared_margins.segment_id = 'all'
        and not segments.is_total

)

select
    segment_id,
    margin_basis,
    gross_margin_rate,
    margin_month

from candidates

qualify row_number() over (
    partition by segment_id, margin_month
    order by margin_basis desc
) = 1
