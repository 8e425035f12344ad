-- Grain: one row per segment and basis; the total has a panel and a series.
with

panels as (

    select * from {{ ref('int_lead_lag_fitted') }}

),

company_fits as (

    select * from {{ ref('int_lead_lag_series_fitted') }}

),

pairs as (

    select * from {{ ref('verdict_lead_lag__wave') }}

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
        max(value) filter (where threshold_id = 'lead_lag_segments')
            as least_segments,
        max(value) filter (where threshold_id = 'lead_lag_waves') as least_waves,
        max(value) filter (where threshold_id = 'lead_lag_points') as least_points

    from thresholds

    where threshold_id in ('lead_lag_segments', 'lead_lag_waves', 'lead_lag_points')

),

largest_panels as (

    select
        *,
        standard_error
        * {{ t_quantile_975('degrees_of_freedom') }} as half_interval,
        abs({{ safe_divide('slope', 'standard_error') }}) as t_value

    from panels

    qualify row_number() over (
        order by
            observation_count desc,
            segment_count desc,
            survey_id asc,
            question_family asc,
            survey_type asc
    ) = 1

),

longest_series as (

    select *

    from company_fits

    qualify row_number() over (
        order by
            point_count desc, survey_id asc, question_family asc, survey_type asc
    ) = 1

),

-- Of a segment with several surveys the one with the most waves.
series as (

    select
        segment_id,
        survey_id,
        question_family,
        survey_type,
        count(*) as observation_count,
        max_by(wave_id, outcome_quarter) as last_wave_id,
        max_by(pmf_score, outcome_quarter) as last_pmf_score,
        max_by(growth_rate, outcome_quarter) as last_growth_rate

    from pairs

    group by segment_id, survey_id, question_family, survey_type

    qualify row_number() over (
        partition by segment_id
        order by count(*) desc, survey_id asc, question_family asc, survey_type asc
    ) = 1

),

panel_verdicts as (

    select
        segments.segment_id,
        case
            when coalesce(largest_panels.fit_status, 'none') <> 'fitted' then 'refused'
            when largest_panels.slope > largest_panels.half_interval
                then 'moves_before'
            when largest_panels.slope < -largest_panels.half_interval
                then 'moves_before_inversely'
            else 'undetermined'
        end as verdict,
        coalesce(largest_panels.segment_count, 0) as segment_count,
        coalesce(largest_panels.observation_count, 0) as observation_count,
        largest_panels.fit_status,
        largest_panels.slope as estimate,
        largest_panels.slope - largest_panels.half_interval as ci_low,
        largest_panels.slope + largest_panels.half_interval as ci_high,
        largest_panels.standard_error,
        {{ t_tail('largest_panels.t_value', 'largest_panels.degrees_of_freedom') }}
            as p_value

    from segments

    left join largest_panels
        on true

    where segments.segment_id = 'all'

),

company_verdicts as (

    select
        segments.segment_id,
        case
            when coalesce(longest_series.fit_status, 'none') <> 'fitted' then 'refused'
            when longest_series.correlation_low > 0 then 'moves_before'
            when longest_series.correlation_high < 0 then 'moves_before_inversely'
            else 'undetermined'
        end as verdict,
        coalesce(longest_series.point_count, 0) as observation_count,
        longest_series.fit_status,
        longest_series.survey_id,
        longest_series.question_family,
        longest_series.survey_type,
        longest_series.last_wave_id,
        longest_series.last_weighting,
        longest_series.last_pmf_score,
        coalesce(longest_series.period_unit, 'months') as period_unit,
        coalesce(longest_series.left_out_count, 0) as left_out_count,
        longest_series.lag_count,
        longest_series.lead_count,
        longest_series.correlation as estimate,
        longest_series.correlation_low as ci_low,
        longest_series.correlation_high as ci_high,
        longest_series.p_value

    from segments

    left join longest_series
        on true

    where segments.segment_id = 'all'

),

verdicts as (

    select
        segment_id,
        'panel' as basis,
        verdict,
        segment_count,
        observation_count,
        fit_status,
        cast(null as varchar) as survey_id,
        cast(null as varchar) as question_family,
        cast(null as varchar) as survey_type,
        cast(null as varchar) as last_wave_id,
        cast(null as varchar) as last_weighting,
        cast(null as double) as last_pmf_score,
        cast(null as double) as last_growth_rate,
        cast(null as varchar) as period_unit,
        cast(null as bigint) as left_out_count,
        cast(null as bigint) as lag_count,
        cast(null as bigint) as lead_count,
        estimate,
        ci_low,
        ci_high,
        standard_error,
        p_value

    from panel_verdicts

    union all

    select
        segment_id,
        'series' as basis,
        verdict,
        cast(null as bigint) as segment_count,
        observation_count,
        fit_status,
        survey_id,
        question_family,
        survey_type,
        last_wave_id,
        last_weighting,
        last_pmf_score,
        cast(null as double) as last_growth_rate,
        period_unit,
        left_out_count,
        lag_count,
        lead_count,
        estimate,
        ci_low,
        ci_high,
        cast(null as double) as standard_error,
        p_value

    from company_verdicts

    union all

    select
        segments.segment_id,
        'series' as basis,
        'refused' as verdict,
        cast(null as bigint) as segment_count,
        coalesce(series.observation_count, 0) as observation_count,
        cast(null as varchar) as fit_status,
        series.survey_id,
        series.question_family,
        series.survey_type,
        series.last_wave_id,
        cast(null as varchar) as last_weighting,
        series.last_pmf_score,
        series.last_growth_rate,
        cast(null as varchar) as period_unit,
        cast(null as bigint) as left_out_count,
        cast(null as bigint) as lag_count,
        cast(null as bigint) as lead_count,
        cast(null as double) as estimate,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        cast(null as double) as standard_error,
        cast(null as double) as p_value

    from segments

    left join series
        on segments.segment_id = series.segment_id

    where segments.segment_id <> 'all'

),

judged as (

    select
        *,
        segment_id = 'all' and basis = 'series' as is_company,
        -- By what can be estimated and never by what comes out: the panel, and the
        -- series where there is no panel.
        row_number() over (
            partition by segment_id
            order by case when verdict = 'refused' then 1 else 0 end, basis
        ) = 1 as is_current

    from verdicts

),

needs as (

    select
        judged.*,
        case
            when judged.basis = 'panel'
                then greatest(thresholds_used.least_segments - judged.segment_count, 0)
            -- No number of waves makes a segment more than a part of the panel.
            when judged.is_company
                then
                    greatest(
                        thresholds_used.least_points - judged.observation_count, 0
                    )
        end as missing_count,
        case when judged.basis = 'panel' then 'segments' else judged.period_unit end
            as missing_unit,
        cast(thresholds_used.least_segments as bigint) as least_segments,
        cast(thresholds_used.least_waves as bigint) as least_waves,
        cast(thresholds_used.least_points as bigint) as least_points,
        thresholds_used.thresholds

    from judged

    cross join thresholds_used

)

select
    needs.segment_id,
    needs.basis,
    needs.verdict,
    case
        when needs.segment_id <> 'all'
            then
                'Segments are compared as a panel, and only the whole company is'
                || ' correlated as a series: both are rows of all.'
        when needs.is_company and needs.missing_count > 0
            then
                'The whole company has ' || cast(needs.observation_count as varchar)
                || ' ' || needs.period_unit
                || ' in a row with a score before them; a series needs '
                || cast(needs.least_points as varchar)
                || case
                    when needs.left_out_count > 0
                        then
                            ', and ' || cast(needs.left_out_count as varchar)
                            || ' beyond a gap do not count'
                    else ''
                end
                || '.'
        when needs.is_company and needs.fit_status = 'no_variation'
            then
                'Score or growth is but a straight line and a season: there is nothing'
                || ' to correlate.'
        when needs.fit_status = 'no_variation'
            then 'The scores move alike in all segments: no slope is their own.'
        when needs.verdict = 'refused'
            then
                'A panel needs ' || cast(needs.least_segments as varchar)
                || ' segments with ' || cast(needs.least_waves as varchar)
                || ' waves each; there are '
                || cast(needs.segment_count as varchar) || '.'
        when needs.verdict = 'undetermined'
            then 'Whether the score moves before revenue is too uncertain to say.'
        else
            'Where the score rises, revenue grows '
            || case
                when needs.verdict = 'moves_before' then 'more' else 'less'
            end
            || case
                when not needs.is_company then ' in the quarter after.'
                when needs.lead_count = 1 and needs.period_unit = 'months'
                    then ' in the month after.'
                when needs.lead_count = 1 then ' in the quarter after.'
                else
                    ' ' || cast(needs.lead_count as varchar) || ' '
                    || needs.period_unit || ' later.'
            end
    end as reason,
    case when needs.missing_count > 0 then needs.missing_unit end as needed_unit,
    {{ evidence_list([
        "case when needs.segment_id <> 'all' and needs.last_pmf_score is not null then "
        ~ evidence_item(
            'score of the last wave that a whole quarter has followed',
            'verdicts.verdict_lead_lag__wave',
            [
                ('segment_id', 'needs.segment_id'),
                ('survey_id', 'needs.survey_id'),
                ('question_family', 'needs.question_family'),
                ('survey_type', 'needs.survey_type'),
                ('wave_id', 'needs.last_wave_id'),
            ],
            'needs.last_pmf_score',
            column='pmf_score',
        ) ~ " end",
        "case when needs.last_growth_rate is not null then " ~ evidence_item(
            'growth of recurring revenue in that quarter',
            'verdicts.verdict_lead_lag__wave',
            [
                ('segment_id', 'needs.segment_id'),
                ('survey_id', 'needs.survey_id'),
                ('question_family', 'needs.question_family'),
                ('survey_type', 'needs.survey_type'),
                ('wave_id', 'needs.last_wave_id'),
            ],
            'needs.last_growth_rate',
            column='growth_rate',
        ) ~ " end",
        "case when needs.is_company and needs.last_pmf_score is not null then "
        ~ evidence_item(
            'score of the last wave of the series',
            'fit.fit_pmf_score__segment_wave',
            [
                ('segment_id', 'needs.segment_id'),
                ('survey_id', 'needs.survey_id'),
                ('wave_id', 'needs.last_wave_id'),
                ('question_family', 'needs.question_family'),
                ('survey_type', 'needs.survey_type'),
                ('weighting', 'needs.last_weighting'),
            ],
            'needs.last_pmf_score',
        ) ~ " end",
    ]) }} as evidence,
    needs.thresholds,
    needs.period_unit,
    needs.segment_count,
    needs.observation_count,
    needs.lag_count,
    needs.lead_count,
    cast(
        case when needs.missing_count > 0 then needs.missing_count end as bigint
    ) as needed_count,
    cast(
        count(*) filter (
            where needs.verdict in ('moves_before', 'moves_before_inversely')
        ) over () as bigint
    ) as decided_count,
    -- Without a slope one in twenty panels shows one, and so with series.
    count(*) filter (where needs.verdict <> 'refused') over () / 20e0
        as expected_by_chance_count,
    needs.estimate,
    needs.ci_low,
    needs.ci_high,
    case
        when needs.basis = 'panel' then 'clustered_t' else 'block_permutation'
    end as ci_method,
    cast(needs.observation_count as double) as n_effective,
    needs.standard_error,
    needs.p_value,
    needs.verdict <> 'refused' as is_min_n_met,
    needs.is_current,
    {{ as_of() }} as as_of_date

from needs
