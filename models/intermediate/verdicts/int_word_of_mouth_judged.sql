-- Grain: one row per segment and number of months.
with

windows as (

    select * from {{ ref('verdict_word_of_mouth__month') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

thresholds_of_windows as (

    select cast(max(value) as bigint) as deciding_months

    from thresholds

    where threshold_id = 'word_of_mouth_months'

),

last_windows as (

    select *

    from windows

    qualify row_number() over (
        partition by segment_id, window_months
        order by end_month desc
    ) = 1

),

window_lengths as (

    select window_months

    from last_windows

    group by window_months

),

-- Segments without a whole window have a row all the same: the one that decides.
labels as (

    select
        segments.segment_id,
        window_lengths.window_months

    from segments

    cross join window_lengths

    union

    select
        segments.segment_id,
        thresholds_of_windows.deciding_months as window_months

    from segments

    cross join thresholds_of_windows

    where thresholds_of_windows.deciding_months is not null

),

changes as (

    select
        last_windows.*,
        windows_before.numerator as previous_numerator,
        windows_before.denominator as previous_denominator,
        windows_before.estimate as previous_estimate,
        windows_before.ci_low as previous_ci_low,
        windows_before.ci_high as previous_ci_high,
        windows_before.end_month as previous_end_month,
        last_windows.estimate - windows_before.estimate as change_estimate,
        {{ difference_bound(
            'last_windows.estimate', 'last_windows.ci_low', 'last_windows.ci_high',
            'windows_before.estimate', 'windows_before.ci_low',
            'windows_before.ci_high', 'low'
        ) }} as change_low,
        {{ difference_bound(
            'last_windows.estimate', 'last_windows.ci_low', 'last_windows.ci_high',
            'windows_before.estimate', 'windows_before.ci_low',
            'windows_before.ci_high', 'high'
        ) }} as change_high,
        last_windows.is_min_n_met
        and coalesce(windows_before.is_min_n_met, false) as is_change_min_n_met

    from last_windows

    left join windows as windows_before
        on last_windows.segment_id = windows_before.segment_id
        and last_windows.window_months = windows_before.window_months
        and last_windows.end_month = {{ months_later(
            'windows_before.end_month', 'cast(last_windows.window_months as integer)'
        ) }}

)

select
    labels.segment_id,
    labels.window_months,
    case
        when not coalesce(changes.is_change_min_n_met, false) then 'insufficient'
        when changes.change_low > 0 then 'growing'
        when changes.change_high < 0 then 'shrinking'
        else 'undetermined'
    end as verdict,
    changes.known_count,
    changes.organic_count,
    changes.rewarded_count,
    changes.new_customer_count,
    changes.numerator,
    changes.denominator,
    changes.estimate,
    changes.ci_low,
    changes.ci_high,
    changes.ci_method,
    changes.n_effective,
    changes.is_min_n_met,
    changes.end_month,
    changes.previous_numerator,
    changes.previous_denominator,
    changes.previous_estimate,
    changes.previous_ci_low,
    changes.previous_ci_high,
    changes.previous_end_month,
    changes.change_estimate,
    changes.change_low,
    changes.change_high,
    changes.referral_of_all_rate,
    changes.organic_rate,
    changes.organic_of_all_rate,
    changes.rewarded_rate,
    changes.word_of_mouth_coefficient,
    changes.viral_coefficient,
    labels.window_months = thresholds_of_windows.deciding_months as is_current

from labels

cross join thresholds_of_windows

left join changes
    on labels.segment_id = changes.segment_id
    and labels.window_months = changes.window_months
