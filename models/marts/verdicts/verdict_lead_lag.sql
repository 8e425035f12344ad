-- Grain: one row per segment.
with

panels as (

    select * from {{ ref('int_lead_lag_fitted') }}

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

verdicts as (

    select
        segments.segment_id,
        segments.segment_id = 'all' as is_panel,
        case
            when segments.segment_id <> 'all' then 'refused'
            when coalesce(largest_panels.fit_status, 'none') <> 'fitted' then 'refused'
            when largest_panels.slope > largest_panels.half_interval
                then 'moves_before'
            when largest_panels.slope < -largest_panels.half_interval
                then 'moves_before_inversely'
            else 'undetermined'
        end as verdict,
        case
            when segments.segment_id = 'all'
                then coalesce(largest_panels.segment_count, 0)
        end as segment_count,
        coalesce(
            case
                when segments.segment_id = 'all' then largest_panels.observation_count
                else series.observation_count
            end,
            0
        ) as observation_count,
        largest_panels.fit_status,
        series.survey_id,
        series.question_family,
        series.survey_type,
        series.last_wave_id,
        series.last_pmf_score,
        series.last_growth_rate,
        largest_panels.slope as estimate,
        largest_panels.slope - largest_panels.half_interval as ci_low,
        largest_panels.slope + largest_panels.half_interval as ci_high,
        largest_panels.standard_error,
        largest_panels.t_value,
        largest_panels.degrees_of_freedom

    from segments

    left join largest_panels
        on segments.segment_id = 'all'

    left join series
        on segments.segment_id = series.segment_id

)

select
    verdicts.segment_id,
    verdicts.verdict,
    case
        when
            not verdicts.is_panel
            and verdicts.observation_count < thresholds_used.least_points
            then
                cast(verdicts.observation_count as varchar)
                || ' waves with a quarter after them make no series: under '
                || cast(cast(thresholds_used.least_points as bigint) as varchar)
                || ' nothing is correlated.'
        when not verdicts.is_panel
            then
                'A single series says nothing without being prewhitened; the panel of'
                || ' all segments is the row all.'
        when verdicts.fit_status = 'no_variation'
            then 'The scores move alike in all segments: no slope is their own.'
        when verdicts.verdict = 'refused'
            then
                'A panel needs '
                || cast(cast(thresholds_used.least_segments as bigint) as varchar)
                || ' segments with '
                || cast(cast(thresholds_used.least_waves as bigint) as varchar)
                || ' waves each; there are '
                || cast(verdicts.segment_count as varchar) || '.'
        when verdicts.verdict = 'moves_before'
            then 'Where the score rises, revenue grows more in the quarter after.'
        when verdicts.verdict = 'moves_before_inversely'
            then 'Where the score rises, revenue grows less in the quarter after.'
        else 'Whether the score moves before revenue is too uncertain to say.'
    end as reason,
    case
        when
            not verdicts.is_panel
            and verdicts.observation_count < thresholds_used.least_points
            then 'waves'
        when
            verdicts.is_panel
            and verdicts.segment_count < thresholds_used.least_segments
            then 'segments'
    end as needed_unit,
    {{ evidence_list([
        "case when verdicts.last_pmf_score is not null then " ~ evidence_item(
            'score of the last wave that a whole quarter has followed',
            'verdicts.verdict_lead_lag__wave',
            [
                ('segment_id', 'verdicts.segment_id'),
                ('survey_id', 'verdicts.survey_id'),
                ('question_family', 'verdicts.question_family'),
                ('survey_type', 'verdicts.survey_type'),
                ('wave_id', 'verdicts.last_wave_id'),
            ],
            'verdicts.last_pmf_score',
            column='pmf_score',
        ) ~ " end",
        "case when verdicts.last_growth_rate is not null then " ~ evidence_item(
            'growth of recurring revenue in that quarter',
            'verdicts.verdict_lead_lag__wave',
            [
                ('segment_id', 'verdicts.segment_id'),
                ('survey_id', 'verdicts.survey_id'),
                ('question_family', 'verdicts.question_family'),
                ('survey_type', 'verdicts.survey_type'),
                ('wave_id', 'verdicts.last_wave_id'),
            ],
            'verdicts.last_growth_rate',
            column='growth_rate',
        ) ~ " end",
    ]) }} as evidence,
    thresholds_used.thresholds,
    verdicts.segment_count,
    verdicts.observation_count,
    cast(
        case
            when
                not verdicts.is_panel
                and verdicts.observation_count < thresholds_used.least_points
                then thresholds_used.least_points - verdicts.observation_count
            when
                verdicts.is_panel
                and verdicts.segment_count < thresholds_used.least_segments
                then thresholds_used.least_segments - verdicts.segment_count
        end as bigint
    ) as needed_count,
    cast(
        count(*) filter (
            where verdicts.verdict in ('moves_before', 'moves_before_inversely')
        ) over () as bigint
    ) as decided_count,
    -- Without a slope one in twenty panels shows one.
    count(*) filter (where verdicts.verdict <> 'refused') over () / 20e0
        as expected_by_chance_count,
    verdicts.estimate,
    verdicts.ci_low,
    verdicts.ci_high,
    'clustered_t' as ci_method,
    cast(verdicts.observation_count as double) as n_effective,
    verdicts.standard_error,
    {{ t_tail('verdicts.t_value', 'verdicts.degrees_of_freedom') }} as p_value,
    verdicts.verdict <> 'refused' as is_min_n_met,
    true as is_current,
    {{ as_of() }} as as_of_date

from verdicts

cross join thresholds_used
