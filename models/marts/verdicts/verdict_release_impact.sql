-- Grain: one row per release, segment and measure; one per segment without a release.
with

judged as (

    select * from {{ ref('int_release_effects_judged') }}

),

surroundings as (

    select * from {{ ref('int_release_surroundings_listed') }}

),

releases as (

    select * from {{ ref('dim_releases') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

cells as (

    select * from {{ ref('verdict_release_impact__cell') }}

),

dim_thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

thresholds_used as (

    select
        {{ thresholds_list() }} as thresholds,
        max(value) filter (where threshold_id = 'release_level') as test_level

    from dim_thresholds

    where
        threshold_id in (
            'release_window_days', 'release_exposed_days', 'release_margin',
            'release_ratio_margin', 'release_level', 'release_least_points'
        )

),

cell_items as (

    select
        release_key,
        segment_id,
        measure,
        string_agg(
            {{ evidence_item(
                'share or rate of one side and period',
                'verdicts.verdict_release_impact__cell',
                [
                    ('release_key', 'release_key'),
                    ('segment_id', 'segment_id'),
                    ('measure', 'measure'),
                    ('side', 'side'),
                    ('period', 'period'),
                ],
                'estimate', 'ci_low', 'ci_high', 'numerator', 'denominator',
                'n_effective'
            ) }}, ', '
            order by side, period
        ) as items

    from cells

    where side <> 'in_between'

    group by release_key, segment_id, measure

),

claims as (

    select
        judged.segment_id,
        judged.release_key,
        judged.measure,
        releases.release_id,
        releases.release_name,
        releases.impact_model,
        judged.verdict,
        judged.reason,
        judged.status,
        surroundings.concurrent_releases,
        surroundings.concurrent_campaigns,
        judged.unit_of_need,
        cell_items.items,
        judged.needed,
        judged.answered,
        judged.in_between_count,
        judged.points_before,
        judged.points_after,
        judged.comparison_count,
        surroundings.concurrent_release_count,
        surroundings.concurrent_campaign_count,
        judged.numerator,
        judged.denominator,
        judged.estimate,
        judged.ci_low,
        judged.ci_high,
        judged.ci_method,
        judged.n_effective,
        judged.p_value,
        judged.adjusted_p_value,
        judged.exposed_change,
        judged.exposed_change_low,
        judged.exposed_change_high,
        judged.unexposed_change,
        judged.unexposed_change_low,
        judged.unexposed_change_high,
        judged.dispersion,
        judged.poisson_low,
        judged.poisson_high,
        judged.is_min_n_met,
        releases.released_date,
        -- The score of the latest release whose window is over speaks for a segment.
        row_number() over (
            partition by judged.segment_id
            order by
                judged.measure = 'pmf' desc,
                judged.verdict in ('pending', 'insufficient') asc,
                releases.released_date desc,
                judged.release_key desc
        ) as claim_rank

    from judged

    inner join releases
        on judged.release_key = releases.release_key

    left join surroundings
        on judged.release_key = surroundings.release_key
        and judged.segment_id = surroundings.segment_id
        and judged.measure = surroundings.measure

    left join cell_items
        on judged.release_key = cell_items.release_key
        and judged.segment_id = cell_items.segment_id
        and judged.measure = cell_items.measure

),

decisions as (

    -- The total consists of the segments and is counted with none of them.
    select
        count(*) filter (
            where claims.verdict in ('associated_with_rise', 'associated_with_fall')
        ) as decided_count,
        coalesce(count(claims.p_value) * max(thresholds_used.test_level), 0)
            as expected_by_chance_count

    from claims

    cross join thresholds_used

    where claims.segment_id <> 'all'

)

select
    segments.segment_id,
    coalesce(claims.release_key, 'none') as release_key,
    coalesce(claims.measure, 'pmf') as measure,
    coalesce(claims.release_id, 'none') as release_id,
    claims.release_name,
    claims.impact_model,
    coalesce(claims.verdict, 'insufficient') as verdict,
    coalesce(claims.reason, 'No release is known that anything could be compared for.')
        as reason,
    coalesce(claims.status, 'no_release') as status,
    claims.concurrent_releases,
    claims.concurrent_campaigns,
    case when claims.needed is not null then claims.unit_of_need end as needed_unit,
    {{ evidence_list(['claims.items']) }} as evidence,
    thresholds_used.thresholds,
    cast(claims.needed as bigint) as needed_count,
    claims.answered,
    claims.in_between_count,
    claims.points_before as month_before_count,
    claims.points_after as month_after_count,
    claims.comparison_count,
    claims.concurrent_release_count,
    claims.concurrent_campaign_count,
    decisions.decided_count,
    decisions.expected_by_chance_count,
    claims.numerator,
    claims.denominator,
    claims.estimate,
    claims.ci_low,
    claims.ci_high,
    claims.ci_method,
    claims.n_effective,
    claims.p_value,
    claims.adjusted_p_value,
    claims.exposed_change,
    claims.exposed_change_low,
    claims.exposed_change_high,
    claims.unexposed_change,
    claims.unexposed_change_low,
    claims.unexposed_change_high,
    claims.dispersion,
    claims.poisson_low,
    claims.poisson_high,
    coalesce(claims.is_min_n_met, false) as is_min_n_met,
    coalesce(claims.claim_rank, 1) = 1 as is_current,
    claims.released_date,
    {{ as_of() }} as as_of_date

from segments

cross join thresholds_used

cross join decisions

left join claims
    on segments.segment_id = claims.segment_id
