-- Grain: one row per release, segment and measure.
with

effects as (

    select * from {{ ref('int_release_effects_estimated') }}

),

windows as (

    select * from {{ ref('int_release_windows_bounded') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

limits as (

    select
        max(value) filter (where threshold_id = 'release_margin') as margin,
        max(value) filter (where threshold_id = 'release_ratio_margin')
            as ratio_margin,
        max(value) filter (where threshold_id = 'release_level') as test_level,
        cast(max(value) filter (where threshold_id = 'release_least_points') as bigint)
            as least_points

    from thresholds

),

effects_of_releases as (

    select
        effects.*,
        windows.window_end_date,
        limits.margin,
        limits.ratio_margin,
        limits.test_level,
        limits.least_points

    from effects

    inner join windows
        on effects.release_key = windows.release_key

    cross join limits

),

tests as (

    select
        *,
        {{ chi_square_tail('chi_square', 1) }} as p_value

    from effects_of_releases

),

ranked_tests as (

    select
        *,
        count(p_value) over (partition by segment_id, measure) as comparison_count,
        row_number() over (
            partition by segment_id, measure
            order by p_value asc nulls last, release_key asc
        ) as p_rank

    from tests

),

adjusted_tests as (

    select
        *,
        -- Holm: the smallest p counts for all tests, the next for one less.
        case
            when p_value is not null
                then
                    least(
                        max((comparison_count - p_rank + 1) * p_value)
                            over {{ running_window(
                                'p_rank', ['segment_id', 'measure']
                            ) }},
                        1e0
                    )
        end as adjusted_p_value

    from ranked_tests

),

judged as (

    select
        *,
        case when measure = 'pmf' then -margin else 1 / ratio_margin end
            as least_material,
        case when measure = 'pmf' then margin else ratio_margin end as most_material,
        case when measure = 'pmf' then 0e0 else 1e0 end as no_change,
        measure = 'pmf' and window_end_date > {{ as_of() }} as is_pending,
        comparison_count - p_rank + 1 as needed_rank

    from adjusted_tests

),

verdicts as (

    select
        *,
        case
            when is_pending then 'pending'
            when p_value is null then 'insufficient'
            when adjusted_p_value < test_level and ci_low > no_change
                then 'associated_with_rise'
            when adjusted_p_value < test_level and ci_high < no_change
                then 'associated_with_fall'
            when ci_low > least_material and ci_high < most_material
                then 'no_material_change'
            else 'undetermined'
        end as verdict

    from judged

),

sized as (

    -- At the shares seen, how many times as many answers until the test among its
    -- fellows would leave no change out, or the interval lie within the margin.
    select
        *,
        least(
            power(
                {{ normal_upper_point('(test_level / 2 / needed_rank)') }}
                * standard_error / nullif(abs(estimate), 0),
                2
            ),
            power(
                {{ z_975() }} * standard_error
                / case when abs(estimate) < margin then margin - abs(estimate) end,
                2
            )
        ) as size_ratio

    from verdicts

)

select
    release_key,
    segment_id,
    measure,
    status,
    verdict,
    numerator,
    denominator,
    estimate,
    ci_low,
    ci_high,
    ci_method,
    n_effective,
    p_value,
    adjusted_p_value,
    comparison_count,
    exposed_change,
    exposed_change_low,
    exposed_change_high,
    unexposed_change,
    unexposed_change_low,
    unexposed_change_high,
    answered,
    in_between_count,
    points_before,
    points_after,
    dispersion,
    poisson_low,
    poisson_high,
    is_min_n_met,
    case
        when verdict = 'pending'
            then {{ dbt.datediff(as_of(), 'window_end_date', 'day') }}
        when verdict = 'insufficient' and measure = 'pmf' and status = 'compared'
            then nullif(lacking_count, 0)
        when
            verdict = 'insufficient'
            and status = 'too_few_points'
            and points_before >= least_points
            then least_points - points_after
        when verdict = 'undetermined' and measure = 'pmf'
            then greatest(ceil(answered * (size_ratio - 1)), 1)
    end as needed,
    case
        when verdict = 'pending' then 'days'
        when verdict in ('insufficient', 'undetermined') and measure = 'pmf'
            then 'answers'
        when verdict = 'insufficient' then 'months'
    end as unit_of_need,
    case
        when verdict = 'pending'
            then
                'Until ' || window_end_date
                || ' customers with and without the release go on answering.'
        when status = 'nobody_without_it'
            then
                'Nobody who could be compared answered without the release, so that '
                || 'its time cannot be told from its effect.'
        when status = 'not_comparable'
            then
                'The question, or who was asked it, was not the same throughout.'
        when status = 'no_impact_model'
            then
                'Nobody fixed in advance whether the release should change the level '
                || 'or the slope.'
        when status = 'too_few_points'
            then
                'There are ' || points_before || ' months before and ' || points_after
                || ' after the release, and ' || least_points
                || ' of each are needed.'
        when status = 'no_fit'
            then 'The counts are too small for a change to be looked for.'
        when verdict = 'insufficient'
            then
                'One of the four groups of answers, with and without the release, '
                || 'before and after, is too small.'
        when verdict = 'associated_with_rise' and measure = 'pmf'
            then
                'The release is associated with a rise: the score of those who had it '
                || 'rose by more than that of those who had not.'
        when verdict = 'associated_with_fall' and measure = 'pmf'
            then
                'The release is associated with a fall: the score of those who had it '
                || 'rose by less, or fell by more, than that of those who had not.'
        when verdict in ('associated_with_rise', 'associated_with_fall')
            then
                'The release is associated with a change of the rate from its month '
                || 'on, beyond the trend before.'
        when verdict = 'no_material_change'
            then 'Whatever changed with the release lies within what is material.'
        else
            'The interval holds no change as well as a material one'
            || case
                when p_value < test_level and adjusted_p_value >= test_level
                    then ', once all releases that were tested are allowed for'
                else ''
            end
            || '.'
    end as reason

from sized
