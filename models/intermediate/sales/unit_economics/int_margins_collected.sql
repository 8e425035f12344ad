-- Grain: one row per month and segment with a gross margin, `all` for the company's.
with

margins as (

    select * from {{ ref('stg_finance__margins') }}

)

select
    coalesce(segment_id, 'all') as segment_id,
    -- A decimal, so that sums of margins are the same in any order.
    cast(gross_margin_rate as decimal(9, 6)) as gross_margin_rate,
    {{ month_of('margin_month') }} as margin_month

from margins

where
    margin_month < {{ as_of() }}
    and gross_margin_rate is not null

-- Two books of one month and segment: the first by name, the same in every run.
qualify row_number() over (
    partition by coalesce(segment_id, 'all'), {{ month_of('margin_month') }}
    order by source_system, margin_month, extract_id, record_number
) = 1
