-- Grain: one row per segment, declared or seen in the data.
with

declared_segments as (

    select * from {{ ref('segments') }}

),

account_segments as (

    select * from {{ ref('int_account_segments_spanned') }}

),

order_lines as (

    select * from {{ ref('int_order_lines_attributed') }}

),

responses as (

    select * from {{ ref('int_responses_placed_in_waves') }}

),

releases as (

    select * from {{ ref('stg_product__releases') }}

),

segment_ids as (

    -- `union`: a segment is one row, wherever it was seen.
    select segment_id from declared_segments
    union
    select segment_id from account_segments
    union
    select own_segment_id from order_lines
    union
    select segment_id from responses
    union
    select nullif(trim(segment_id), '') from releases

)

select
    segment_ids.segment_id,
    coalesce(declared_segments.segment_name, segment_ids.segment_id) as segment_name,
    declared_segments.description as segment_description,
    declared_segments.segment_id is not null as is_declared,
    segment_ids.segment_id = 'all' as is_total

from segment_ids

left join declared_segments
    on segment_ids.segment_id = declared_segments.segment_id

where segment_ids.segment_id is not null
