{#- The first movement of every customer is that it is new, or was there before the
    extracts begin; and it is neither of them twice. -#}
with

movements as (

    select * from {{ ref('fct_mrr_movements') }}

    where movement <> 'fx'

),

movements_numbered as (

    select
        customer_key,
        movement,
        mrr_month,
        row_number() over (
            partition by customer_key
            order by mrr_month
        ) as movement_number

    from movements

),

judged as (

    select
        case
            when movement_number = 1 and movement not in ('new', 'opening')
                then 'the first movement is neither new nor opening'
            when movement_number > 1 and movement in ('new', 'opening')
                then 'a customer is new again'
        end as failure,
        customer_key,
        movement,
        mrr_month

    from movements_numbered

)

select
    failure,
    customer_key,
    movement,
    mrr_month

from judged

where failure is not null
