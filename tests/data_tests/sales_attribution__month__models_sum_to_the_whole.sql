{#- What a model gives the channels of a month, the unattributed row included, is every
    unit that was won and all of its value, to the last digit; and every month has all
    three models and says what is not attributed. -#}
{{ config(meta={'dagster': {'ref': {'name': 'sales_attribution__month'}}}) }}

with

attribution as (

    select * from {{ ref('sales_attribution__month') }}

),

acquisitions as (

    select * from {{ ref('int_acquisitions_collected') }}

),

given as (

    select
        segment_id,
        acquired_unit,
        attribution_model,
        acquired_month,
        sum(credited_count) as credited_count,
        sum(credited_amount) as credited_amount,
        count(*) filter (where channel_group = 'unattributed') as unattributed_rows

    from attribution

    where segment_id <> 'all'

    group by segment_id, acquired_unit, attribution_model, acquired_month

),

models as (

    select listed.attribution_model

    from (values ('first'), ('last'), ('linear')) as listed (attribution_model)

),

won as (

    select
        acquisitions.segment_id,
        acquisitions.acquired_unit,
        models.attribution_model,
        acquisitions.acquired_month,
        count(*) as unit_count,
        coalesce(sum(acquisitions.acquired_amount), 0) as acquired_amount

    from acquisitions

    cross join models

    group by
        acquisitions.segment_id,
        acquisitions.acquired_unit,
        models.attribution_model,
        acquisitions.acquired_month

),

judged as (

    select
        coalesce(won.segment_id, given.segment_id) as segment_id,
        coalesce(won.acquired_unit, given.acquired_unit) as acquired_unit,
        coalesce(won.attribution_model, given.attribution_model) as attribution_model,
        coalesce(won.acquired_month, given.acquired_month) as acquired_month,
        won.unit_count,
        given.credited_count,
        won.acquired_amount,
        given.credited_amount,
        case
            when won.unit_count is null then 'nothing was won, but something is given'
            when given.credited_count is null then 'a model gives nothing'
            when given.unattributed_rows <> 1
                then 'what is not attributed has no row'
            when won.unit_count <> given.credited_count
                then 'a model does not give all units'
            when won.acquired_amount <> given.credited_amount
                then 'a model does not give all of the value'
        end as failure

    from won

    full outer join given
        on won.segment_id = given.segment_id
        and won.acquired_unit = given.acquired_unit
        and won.attribution_model = given.attribution_model
        and won.acquired_month = given.acquired_month

)

select * from judged

where failure is not null
