-- Grain: one row per segment and number of months.
with

verdicts as (

    select * from {{ ref('int_word_of_mouth_judged') }}

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

    where
        threshold_id in (
            'word_of_mouth_months', 'survival_horizon_months',
            'minimum_sample_verdict'
        )

),

decisions as (

    -- The total consists of the segments, and the other window of the same customers.
    select
        count(*) filter (where verdict in ('growing', 'shrinking'))
            as decided_count,
        -- Of shares that do not change one in twenty lies outside its 95 % interval.
        count(*) filter (where verdict <> 'insufficient') / 20e0
            as expected_by_chance_count

    from verdicts

    where
        is_current
        and segment_id <> 'all'

)

select
    verdicts.segment_id,
    verdicts.window_months,
    verdicts.verdict,
    case
        when verdicts.end_month is null
            then 'Fewer months of new customers are known than are looked at.'
        when verdicts.previous_end_month is null
            then 'The months before these are not known, so that no change is.'
        when verdicts.verdict = 'insufficient'
            then 'Too few customers of known source, now or before.'
        else
            cast(round(100 * verdicts.estimate, 1) as varchar)
            || ' % of the new customers of known source were referred, against '
            || cast(round(100 * verdicts.previous_estimate, 1) as varchar)
            || ' % before'
            || case verdicts.verdict
                when 'growing' then ': more.'
                when 'shrinking' then ': fewer.'
                else ': the difference is too uncertain to say.'
            end
    end as reason,
    case
        when verdicts.verdict = 'insufficient' and verdicts.previous_end_month is null
            then 'months'
        when verdicts.verdict = 'insufficient' then 'customers'
        when verdicts.verdict = 'undetermined' and verdicts.change_estimate <> 0
            then 'customers'
    end as needed_unit,
    {{ evidence_list([
        "case when verdicts.estimate is not null then " ~ evidence_item(
            'share of the new customers of known source who were referred',
            'verdicts.verdict_word_of_mouth__month',
            [
                ('segment_id', 'verdicts.segment_id'),
                ('window_months', 'verdicts.window_months'),
                ('end_month', 'verdicts.end_month'),
            ],
            'verdicts.estimate',
            ci_low='verdicts.ci_low',
            ci_high='verdicts.ci_high',
            numerator='verdicts.numerator',
            denominator='verdicts.denominator',
            n='verdicts.n_effective',
        ) ~ " end",
        "case when verdicts.previous_estimate is not null then " ~ evidence_item(
            'the same share before',
            'verdicts.verdict_word_of_mouth__month',
            [
                ('segment_id', 'verdicts.segment_id'),
                ('window_months', 'verdicts.window_months'),
                ('end_month', 'verdicts.previous_end_month'),
            ],
            'verdicts.previous_estimate',
            ci_low='verdicts.previous_ci_low',
            ci_high='verdicts.previous_ci_high',
            numerator='verdicts.previous_numerator',
            denominator='verdicts.previous_denominator',
            n='verdicts.previous_denominator',
        ) ~ " end",
        "case when survival.estimate is not null then " ~ evidence_item(
            'survival of referred customers, less that of the others',
            'verdicts.verdict_survival_sides__segment',
            [
                ('claim', 'survival.claim'),
                ('segment_id', 'survival.segment_id'),
                ('comparison_label', 'survival.comparison_label'),
            ],
            'survival.estimate',
            ci_low='survival.ci_low',
            ci_high='survival.ci_high',
            n='survival.n_effective',
        ) ~ " end",
    ]) }} as evidence,
    thresholds_used.thresholds,
    verdicts.new_customer_count,
    verdicts.organic_count,
    verdicts.rewarded_count,
    cast(
        case
            when verdicts.verdict = 'insufficient' and verdicts.end_month is null
                then 2 * verdicts.window_months
            when
                verdicts.verdict = 'insufficient'
                and verdicts.previous_end_month is null
                then verdicts.window_months
            when verdicts.verdict = 'insufficient'
                then
                    greatest(
                        1,
                        thresholds_used.least_customers
                        - least(verdicts.denominator, verdicts.previous_denominator)
                    )
            when verdicts.verdict = 'undetermined'
                -- As often as many as the interval is too wide, squared.
                then ceil(
                    verdicts.denominator
                    * (
                        power(
                            {{ safe_divide(
                                'case when verdicts.change_estimate > 0 '
                                ~ 'then verdicts.change_estimate '
                                ~ '- verdicts.change_low '
                                ~ 'else verdicts.change_high '
                                ~ '- verdicts.change_estimate end',
                                'verdicts.change_estimate'
                            ) }},
                            2
                        )
                        - 1
                    )
                )
        end as bigint
    ) as needed_count,
    decisions.decided_count,
    decisions.expected_by_chance_count,
    verdicts.numerator,
    verdicts.denominator,
    verdicts.estimate,
    verdicts.ci_low,
    verdicts.ci_high,
    verdicts.ci_method,
    verdicts.n_effective,
    verdicts.previous_numerator,
    verdicts.previous_denominator,
    verdicts.previous_estimate,
    verdicts.change_estimate,
    verdicts.change_low,
    verdicts.change_high,
    verdicts.referral_of_all_rate,
    verdicts.organic_rate,
    verdicts.organic_of_all_rate,
    verdicts.rewarded_rate,
    verdicts.word_of_mouth_coefficient,
    verdicts.viral_coefficient,
    survival.focus_survival_rate as referred_survival_rate,
    survival.other_survival_rate,
    survival.estimate as survival_difference,
    survival.ci_low as survival_difference_low,
    survival.ci_high as survival_difference_high,
    survival.log_rank_p_value,
    survival.hazard_ratio,
    coalesce(verdicts.is_min_n_met, false) as is_min_n_met,
    verdicts.is_current,
    verdicts.end_month,
    {{ as_of() }} as as_of_date

from verdicts

cross join thresholds_used

cross join decisions

left join survival
    on verdicts.segment_id = survival.segment_id
    and survival.claim = 'word_of_mouth'
