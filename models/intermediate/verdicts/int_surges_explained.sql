-- Grain: one row per segment and surge.
with

surges as (

    select * from {{ ref('int_surges_judged') }}

),

campaigns as (

    select * from {{ ref('int_surge_campaigns_listed') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

thresholds_of_samples as (

    select max(value) as least_customers

    from thresholds

    where threshold_id = 'minimum_sample_verdict'

)

select
    surges.segment_id,
    surges.episode_label,
    surges.verdict,
    case
        when surges.verdict = 'pending' and surges.contract_type = 'annual'
            then
                'Most of the surge came on annual contracts, which cannot end'
                || ' before their renewal: it is told from '
                || cast(surges.complete_date as varchar) || ' on.'
        when surges.verdict = 'pending'
            then
                'Whether they stay ' || cast(surges.horizon_months as varchar)
                || ' months is told from '
                || cast(surges.complete_date as varchar) || ' on.'
        when not surges.is_min_n_met
            then
                'Too few customers to compare: '
                || cast(surges.surge_customer_count as varchar)
                || ' of the surge and '
                || cast(surges.base_customer_count as varchar)
                || ' of the months before it.'
        else
            cast(round(100 * surges.surge_retained_rate, 1) as varchar)
            || ' % of the surge stayed '
            || cast(surges.horizon_months as varchar) || ' months, against '
            || cast(round(100 * surges.base_retained_rate, 1) as varchar)
            || ' % of those who came before it: '
            || case surges.verdict
                when 'surge_without_fit' then 'it faded.'
                when 'held' then 'it held.'
                else 'the difference is too uncertain to say either.'
            end
    end as reason,
    surges.contract_type,
    campaigns.campaign_names,
    case
        when surges.verdict = 'pending' then 'months'
        else 'customers'
    end as unit_of_need,
    {{ evidence_list([
        evidence_item(
            'new customers in the first month of the surge, in robust standard '
            ~ 'deviations over the median of the year before',
            'verdicts.verdict_surge_and_fade__month',
            [
                ('segment_id', 'surges.segment_id'),
                ('acquired_month', 'surges.episode_start_month'),
            ],
            'surges.first_z_score',
            column='z_score',
        ),
        "case when surges.is_complete then " ~ evidence_item(
            'share of the surge that stayed, less that of the months before',
            'verdicts.verdict_surge_and_fade__horizon',
            [
                ('segment_id', 'surges.segment_id'),
                ('episode_label', 'surges.episode_label'),
                ('contract_type', 'surges.contract_type'),
                ('horizon_months', 'surges.horizon_months'),
            ],
            'surges.estimate',
            ci_low='surges.ci_low',
            ci_high='surges.ci_high',
            n='surges.n_effective',
        ) ~ " end",
        "case when surges.is_complete then " ~ evidence_item(
            'share of the surge that stayed',
            'verdicts.verdict_surge_and_fade__horizon',
            [
                ('segment_id', 'surges.segment_id'),
                ('episode_label', 'surges.episode_label'),
                ('contract_type', 'surges.contract_type'),
                ('horizon_months', 'surges.horizon_months'),
            ],
            'surges.surge_retained_rate',
            ci_low='surges.surge_ci_low',
            ci_high='surges.surge_ci_high',
            numerator='surges.surge_retained_count',
            denominator='surges.surge_customer_count',
            n='surges.surge_customer_count',
            column='surge_retained_rate',
        ) ~ " end",
        "case when surges.is_complete then " ~ evidence_item(
            'share of the months before that stayed',
            'verdicts.verdict_surge_and_fade__horizon',
            [
                ('segment_id', 'surges.segment_id'),
                ('episode_label', 'surges.episode_label'),
                ('contract_type', 'surges.contract_type'),
                ('horizon_months', 'surges.horizon_months'),
            ],
            'surges.base_retained_rate',
            ci_low='surges.base_ci_low',
            ci_high='surges.base_ci_high',
            numerator='surges.base_retained_count',
            denominator='surges.base_customer_count',
            n='surges.base_customer_count',
            column='base_retained_rate',
        ) ~ " end",
    ]) }} as evidence,
    surges.horizon_months,
    surges.surge_month_count,
    surges.new_customer_count,
    surges.surge_customer_count,
    surges.base_customer_count,
    surges.discounted_count,
    surges.discount_ended_count,
    surges.contracted_count,
    coalesce(campaigns.campaign_count, 0) as campaign_count,
    case
        when surges.verdict = 'pending'
            then {{ dbt.datediff(as_of(), 'surges.complete_date', 'month') }}
        when surges.verdict = 'undetermined' and not surges.is_min_n_met
            then
                thresholds_of_samples.least_customers
                - least(surges.surge_customer_count, surges.base_customer_count)
        when surges.verdict = 'undetermined'
            -- As often as the surge would have to be as large, and those before it
            -- too, for the interval to end at nothing, or at the margin.
            then ceil(
                surges.surge_customer_count
                * (
                    least(
                        case
                            when surges.fade_rate >= surges.least_fade
                                then power(
                                    (surges.ci_high - surges.estimate)
                                    / surges.estimate,
                                    2
                                )
                        end,
                        case
                            when surges.estimate > -surges.most_lost
                                then power(
                                    (surges.estimate - surges.ci_low)
                                    / (surges.estimate + surges.most_lost),
                                    2
                                )
                        end
                    )
                    - 1
                )
            )
    end as needed_count,
    surges.contract_type_rate,
    surges.surge_retained_rate,
    surges.base_retained_rate,
    surges.fade_rate,
    campaigns.largest_discount_rate,
    surges.estimate,
    surges.ci_low,
    surges.ci_high,
    surges.ci_method,
    surges.n_effective,
    surges.chi_square as log_rank_chi_square,
    surges.log_rank_p_value,
    case
        when surges.chi_square is not null
            then exp(surges.log_rank_difference / surges.log_rank_variance)
    end as hazard_ratio,
    surges.is_min_n_met,
    surges.is_complete,
    -- What came in long ago speaks for nothing, unless it cannot be told yet.
    surges.is_recent or surges.verdict = 'pending' as is_open,
    surges.episode_start_month,
    surges.episode_end_month,
    surges.complete_date

from surges

cross join thresholds_of_samples

left join campaigns
    on surges.segment_id = campaigns.segment_id
    and surges.episode_label = campaigns.episode_label
