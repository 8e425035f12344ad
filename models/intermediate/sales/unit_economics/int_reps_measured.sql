-- Grain: one row per sales representative that was ramped in the last twelve months.
with

owners as (

    select * from {{ ref('stg_crm__owners') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

margins as (

    select * from {{ ref('int_margins_resolved') }}

),

fx_rates as (

    select * from {{ ref('int_fx_rates_spanned') }}

),

months as (

    select {{ each_month(
        months_later(month_of(as_of()), -12), months_later(month_of(as_of()), -1)
    ) }} as cost_month

),

month_spans as (

    select
        cost_month,
        {{ months_later('cost_month', 1) }} as next_month

    from months

),

ramped_spans as (

    -- Who has not ramped is expected to sell little, and who left costs nothing.
    select
        owners.source_system,
        owners.owner_id,
        owners.segment_id,
        owners.loaded_cost_month_amount,
        owners.currency_code,
        month_spans.cost_month,
        {{ dbt.datediff('month_spans.cost_month', 'month_spans.next_month', 'day') }}
            as month_days,
        {{ dbt.datediff(
            'greatest(owners.ramped_date, month_spans.cost_month)',
            'least(coalesce(owners.left_date, month_spans.next_month), '
            ~ 'month_spans.next_month)',
            'day'
        ) }} as ramped_days

    from owners

    inner join month_spans
        on owners.ramped_date < month_spans.next_month
        and coalesce(owners.left_date, month_spans.next_month) > month_spans.cost_month

),

rep_costs as (

    select
        ramped_spans.source_system,
        ramped_spans.owner_id,
        ramped_spans.segment_id,
        sum(ramped_spans.ramped_days) as ramped_days,
        sum(
            cast(
                ramped_spans.loaded_cost_month_amount
                * fx_rates.fx_rate
                * ramped_spans.ramped_days
                / ramped_spans.month_days as decimal(18, 4)
            )
        ) as cost_amount,
        count(*) filter (
            where
            ramped_spans.loaded_cost_month_amount is null
            or fx_rates.fx_rate is null
        ) as unknown_cost_count

    from ramped_spans

    left join fx_rates
        on ramped_spans.currency_code = fx_rates.currency_code
        and ramped_spans.cost_month >= fx_rates.valid_from_date
        and ramped_spans.cost_month < fx_rates.valid_to_date

    where ramped_spans.ramped_days > 0

    group by
        ramped_spans.source_system,
        ramped_spans.owner_id,
        ramped_spans.segment_id

),

wins as (

    select
        owners.source_system,
        owners.owner_id,
        count(*) as won_count,
        count(*) filter (
            where
            opportunities.opportunity_amount_reporting is null
            or margins.gross_margin_rate is null
        ) as unknown_margin_count,
        sum(
            cast(
                opportunities.opportunity_amount_reporting
                * margins.gross_margin_rate as decimal(18, 4)
            )
        ) as margin_amount

    from opportunities

    inner join owners
        on opportunities.source_system = owners.source_system
        and opportunities.owner_id = owners.owner_id
        and opportunities.closed_date >= owners.ramped_date

    left join margins
        on opportunities.closed_segment_id = margins.segment_id
        and opportunities.closed_month = margins.margin_month

    where
        opportunities.is_counted
        and opportunities.outcome = 'won'
        and opportunities.opportunity_type in ('new', 'unknown')
        and opportunities.closed_date >= {{ months_later(month_of(as_of()), -12) }}
        and opportunities.closed_date < {{ month_of(as_of()) }}
        and opportunities.closed_date
        < coalesce(owners.left_date, date '9999-12-31')

    group by owners.source_system, owners.owner_id

)

select
    rep_costs.source_system,
    rep_costs.owner_id,
    coalesce(rep_costs.segment_id, 'unknown') as segment_id,
    cast(rep_costs.ramped_days as bigint) as ramped_days,
    coalesce(wins.won_count, 0) as won_count,
    cast(
        case when rep_costs.unknown_cost_count = 0 then rep_costs.cost_amount end
        as decimal(18, 4)
    ) as cost_amount,
    cast(
        case
            when wins.won_count is null then 0
            when wins.unknown_margin_count = 0 then wins.margin_amount
        end as decimal(18, 4)
    ) as margin_amount

from rep_costs

left join wins
    on rep_costs.source_system = wins.source_system
    and rep_costs.owner_id = wins.owner_id
