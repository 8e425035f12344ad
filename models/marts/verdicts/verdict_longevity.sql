-- Grain: one row per segment and basis.
with

segments as (

    select * from {{ ref('dim_segments') }}

),

survival as (

    select * from {{ ref('verdict_survival_sides__segment') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

thresholds_used as (

    select
        {{ thresholds_list() }} as thresholds,
        max(value) filter (where threshold_id = 'minimum_sample_verdict')
            as least_customers

    from thresholds

    where threshold_id in ('survival_horizon_months', 'minimum_sample_verdict')

),

bases as (

    -- Segments are compared with one another in the total only.
    select
        segment_id,
        'own_answer' as longevity_basis,
        'first_answer' as comparison_label

    from segments

    union all

    select
        segment_id,
        'segment_verdict' as longevity_basis,
        'segment_verdict' as comparison_label

    from segments

    where segment_id = 'all'

),

verdicts as (

    select
        bases.segment_id,
        bases.longevity_basis,
        bases.longevity_basis = 'own_answer' as is_current,
        survival.claim,
        survival.comparison_label,
        case
            when
                not coalesce(survival.is_min_n_met, false)
                or survival.hazard_ratio is null
                then 'insufficient'
            when survival.hazard_ratio_high < 1 then 'stays_longer'
            when survival.hazard_ratio_low > 1 then 'stays_shorter'
            else 'undetermined'
        end as verdict,
        coalesce(survival.focus_customer_count, 0) as focus_customer_count,
        coalesce(survival.other_customer_count, 0) as other_customer_count,
        survival.focus_event_count,
        survival.other_event_count,
        survival.horizon_months,
        survival.focus_survival_rate,
        survival.focus_low,
        survival.focus_high,
        survival.other_survival_rate,
        survival.other_low,
        survival.other_high,
        survival.estimate,
        survival.ci_low,
        survival.ci_high,
        survival.ci_method,
        survival.n_effective,
        survival.log_rank_chi_square,
        survival.log_rank_p_value,
        survival.hazard_ratio,
        survival.hazard_ratio_low,
        survival.hazard_ratio_high,
        coalesce(survival.is_min_n_met, false) as is_min_n_met

    from bases

    left join survival
        on bases.segment_id = survival.segment_id
        and bases.comparison_label = survival.comparison_label
        and survival.claim = 'longevity'

),

decisions as (

    -- The total consists of the segments and is counted with none of them.
    select
        count(*) filter (where verdict in ('stays_longer', 'stays_shorter'))
            as decided_count,
        -- Of sides that stay alike one in twenty lies outside its 95 % interval.
        count(*) filter (where verdict <> 'insufficient') / 20e0
            as expected_by_chance_count

    from verdicts

    where segment_id <> 'all'

)

select
    verdicts.segment_id,
    verdicts.longevity_basis,
    verdicts.verdict,
    case
        when verdicts.verdict = 'insufficient' and verdicts.is_min_n_met
            then 'Nobody who answered has left since.'
        when verdicts.verdict = 'insufficient'
            then
                'Too few customers on a side: '
                || cast(verdicts.focus_customer_count as varchar)
                || case verdicts.longevity_basis
                    when 'own_answer' then ' who would be very disappointed and '
                    else ' of segments above the threshold and '
                end
                || cast(verdicts.other_customer_count as varchar)
                || case verdicts.longevity_basis
                    when 'own_answer' then ' others.'
                    else ' of segments below it.'
                end
        else
            'Churn of customers '
            || case verdicts.longevity_basis
                when 'own_answer' then 'who would have been very disappointed'
                else 'of segments above the threshold'
            end
            || ' is '
            || cast(round(verdicts.hazard_ratio, 2) as varchar)
            || ' times that of the others since the wave'
            || case verdicts.verdict
                when 'stays_longer' then ': they stay longer.'
                when 'stays_shorter' then ': they leave sooner.'
                else ', which is too uncertain to tell from 1.'
            end
    end as reason,
    case
        when
            verdicts.verdict = 'undetermined' and verdicts.log_rank_chi_square > 0
            then 'customers'
        when verdicts.verdict = 'insufficient' and not verdicts.is_min_n_met
            then 'customers'
    end as needed_unit,
    {{ evidence_list([
        "case when verdicts.hazard_ratio is not null then " ~ evidence_item(
            'churn of the first side against that of the second',
            'verdicts.verdict_survival_sides__segment',
            [
                ('claim', 'verdicts.claim'),
                ('segment_id', 'verdicts.segment_id'),
                ('comparison_label', 'verdicts.comparison_label'),
            ],
            'verdicts.hazard_ratio',
            ci_low='verdicts.hazard_ratio_low',
            ci_high='verdicts.hazard_ratio_high',
            n='verdicts.focus_customer_count + verdicts.other_customer_count',
            column='hazard_ratio',
        ) ~ " end",
        "case when verdicts.estimate is not null then " ~ evidence_item(
            'survival of the first side, less that of the second',
            'verdicts.verdict_survival_sides__segment',
            [
                ('claim', 'verdicts.claim'),
                ('segment_id', 'verdicts.segment_id'),
                ('comparison_label', 'verdicts.comparison_label'),
            ],
            'verdicts.estimate',
            ci_low='verdicts.ci_low',
            ci_high='verdicts.ci_high',
            n='verdicts.n_effective',
        ) ~ " end",
    ]) }} as evidence,
    thresholds_used.thresholds,
    verdicts.horizon_months,
    verdicts.focus_customer_count as fitting_customer_count,
    verdicts.other_customer_count,
    verdicts.focus_event_count as fitting_churn_count,
    verdicts.other_event_count as other_churn_count,
    cast(
        case
            when verdicts.verdict = 'undetermined'
                -- The statistic grows as the customers do.
                then ceil(
                    (verdicts.focus_customer_count + verdicts.other_customer_count)
                    * ({{ safe_divide(
                        z_975() ~ ' * ' ~ z_975(), 'verdicts.log_rank_chi_square'
                    ) }} - 1)
                )
            when not verdicts.is_min_n_met
                then
                    thresholds_used.least_customers
                    - least(
                        verdicts.focus_customer_count, verdicts.other_customer_count
                    )
        end as bigint
    ) as needed_count,
    decisions.decided_count,
    decisions.expected_by_chance_count,
    verdicts.focus_survival_rate as fitting_survival_rate,
    verdicts.focus_low as fitting_survival_low,
    verdicts.focus_high as fitting_survival_high,
    verdicts.other_survival_rate,
    verdicts.other_low as other_survival_low,
    verdicts.other_high as other_survival_high,
    verdicts.estimate,
    verdicts.ci_low,
    verdicts.ci_high,
    verdicts.ci_method,
    verdicts.n_effective,
    verdicts.log_rank_chi_square,
    verdicts.log_rank_p_value,
    verdicts.hazard_ratio,
    verdicts.hazard_ratio_low,
    verdicts.hazard_ratio_high,
    verdicts.is_min_n_met,
    verdicts.is_current,
    {{ as_of() }} as as_of_date

from verdicts

cross join thresholds_used

cross join decisions
