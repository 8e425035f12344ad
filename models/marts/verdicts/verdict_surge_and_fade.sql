-- Grain: one row per segment and surge; where no surge is open, one row that says so.
with

surges as (

    select * from {{ ref('int_surges_explained') }}

),

months as (

    select * from {{ ref('verdict_surge_and_fade__month') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

thresholds_used as (

    select
        {{ thresholds_list() }} as thresholds,
        max(value) filter (where threshold_id = 'surge_least_history_months')
            as least_history_months

    from thresholds

    where
        threshold_id like 'surge_%'
        or threshold_id like 'fade_%'
        or threshold_id = 'minimum_sample_verdict'

),

last_months as (

    select *

    from months

    qualify row_number() over (
        partition by segment_id
        order by acquired_month desc
    ) = 1

),

open_segments as (

    select segment_id

    from surges

    where is_open

    group by segment_id

),

calm_segments as (

    select
        segments.segment_id,
        case
            when coalesce(last_months.is_assessable, false) then 'no_surge'
            else 'undetermined'
        end as verdict,
        case
            when coalesce(last_months.is_assessable, false)
                then 'No surge of new customers is open.'
            when last_months.segment_id is null then 'No new customers are known.'
            else
                'Too few months are known before the last one: '
                || cast(last_months.history_month_count as varchar) || '.'
        end as reason,
        case
            when not coalesce(last_months.is_assessable, false)
                then
                    thresholds_used.least_history_months
                    - coalesce(last_months.history_month_count, -1)
        end as needed_count,
        {{ evidence_list([
            "case when last_months.is_assessable then " ~ evidence_item(
                'new customers in the last complete month, in robust standard '
                ~ 'deviations over the median of the year before',
                'verdicts.verdict_surge_and_fade__month',
                [
                    ('segment_id', 'last_months.segment_id'),
                    ('acquired_month', 'last_months.acquired_month'),
                ],
                'last_months.z_score',
                column='z_score',
            ) ~ " end",
        ]) }} as evidence

    from segments

    cross join thresholds_used

    left join last_months
        on segments.segment_id = last_months.segment_id

    left join open_segments
        on segments.segment_id = open_segments.segment_id

    where open_segments.segment_id is null

),

labels as (

    select
        segment_id,
        episode_label

    from surges

    union all

    select
        segment_id,
        'none' as episode_label

    from calm_segments

),

rows_ranked as (

    select
        labels.segment_id,
        labels.episode_label,
        -- Of the open surges the latest decided one speaks for the segment: that a
        -- newer one cannot be told yet takes nothing back.
        row_number() over (
            partition by labels.segment_id
            order by
                case
                    when labels.episode_label = 'none' then 1
                    when not surges.is_open then 4
                    when surges.verdict in ('held', 'surge_without_fit') then 2
                    else 3
                end,
                surges.episode_start_month desc
        ) = 1 as is_current

    from labels

    left join surges
        on labels.segment_id = surges.segment_id
        and labels.episode_label = surges.episode_label

),

decisions as (

    -- The total consists of the segments and is counted with none of them.
    select
        count(*) filter (where verdict in ('held', 'surge_without_fit'))
            as decided_count,
        -- Of surges that stay like everybody else, one in forty lies below its 95 %
        -- interval.
        count(*) filter (where is_complete and is_min_n_met) / 40e0
            as expected_by_chance_count

    from surges

    where segment_id <> 'all'

)

select
    rows_ranked.segment_id,
    rows_ranked.episode_label,
    coalesce(surges.verdict, calm_segments.verdict) as verdict,
    coalesce(surges.reason, calm_segments.reason) as reason,
    surges.contract_type,
    surges.campaign_names,
    case
        when surges.needed_count is not null then surges.unit_of_need
        when calm_segments.needed_count is not null then 'months'
    end as needed_unit,
    coalesce(surges.evidence, calm_segments.evidence) as evidence,
    thresholds_used.thresholds,
    surges.horizon_months,
    surges.surge_month_count,
    surges.new_customer_count,
    surges.surge_customer_count,
    surges.base_customer_count,
    surges.discounted_count,
    surges.discount_ended_count,
    surges.contracted_count,
    surges.campaign_count,
    cast(coalesce(surges.needed_count, calm_segments.needed_count) as bigint)
        as needed_count,
    decisions.decided_count,
    decisions.expected_by_chance_count,
    surges.contract_type_rate,
    surges.surge_retained_rate,
    surges.base_retained_rate,
    surges.fade_rate,
    surges.largest_discount_rate,
    surges.estimate,
    surges.ci_low,
    surges.ci_high,
    surges.ci_method,
    surges.n_effective,
    surges.log_rank_chi_square,
    surges.log_rank_p_value,
    surges.hazard_ratio,
    coalesce(surges.is_min_n_met, false) as is_min_n_met,
    coalesce(surges.is_open, false) as is_open,
    rows_ranked.is_current,
    surges.episode_start_month,
    surges.episode_end_month,
    surges.complete_date,
    {{ as_of() }} as as_of_date

from rows_ranked

cross join thresholds_used

cross join decisions

left join surges
    on rows_ranked.segment_id = surges.segment_id
    and rows_ranked.episode_label = surges.episode_label

left join calm_segments
    on rows_ranked.segment_id = calm_segments.segment_id
    and rows_ranked.episode_label = 'none'
