-- Grain: one row per segment, theme and release; one per segment without any theme.
with

themes as (

    select * from {{ ref('fit_feedback_themes__month') }}

),

feedback as (

    select * from {{ ref('fct_feedback') }}

),

links as (

    select * from {{ ref('int_themes_linked_to_releases') }}

),

releases as (

    select * from {{ ref('dim_releases') }}

),

followed as (

    select * from {{ ref('int_feedback_loops_followed') }}

),

mentioners as (

    select * from {{ ref('int_feedback_mentioners_compared') }}

),

impacts as (

    select * from {{ ref('verdict_release_impact') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

dim_thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

thresholds_used as (

    select
        {{ thresholds_list() }} as thresholds,
        cast(max(value) filter (where threshold_id = 'feedback_window_days') as integer)
            as window_days,
        cast(
            max(value) filter (where threshold_id = 'minimum_sample_verdict') as bigint
        ) as least_sample

    from dim_thresholds

    where
        threshold_id in (
            'feedback_window_days', 'minimum_sample_published', 'minimum_sample_verdict'
        )

),

first_mentions as (

    select
        case when totals.is_total then 'all' else feedback.segment_id end
            as segment_id,
        feedback.theme,
        min(feedback.given_date) as first_mention_date

    from feedback

    cross join (
        values
        (true), (false)
    ) as totals (is_total)

    where
        feedback.is_counted
        and feedback.theme <> 'unmatched'

    group by
        case when totals.is_total then 'all' else feedback.segment_id end,
        feedback.theme

),

loops as (

    select
        first_mentions.segment_id,
        first_mentions.theme,
        releases.release_key,
        releases.release_id,
        releases.release_name,
        first_mentions.first_mention_date,
        releases.released_date

    from first_mentions

    left join links
        on first_mentions.theme = links.theme

    left join releases
        on links.release_key = releases.release_key
        and (
            releases.segment_id = 'all'
            or first_mentions.segment_id = releases.segment_id
        )

    -- A theme that was answered for others only is not answered here: one row says so.
    qualify
        releases.release_key is not null
        or (
            count(releases.release_key) over (
                partition by first_mentions.segment_id, first_mentions.theme
            ) = 0
            and row_number() over (
                partition by first_mentions.segment_id, first_mentions.theme
                order by links.release_key
            ) = 1
        )

),

loops_counted as (

    select
        loops.*,
        coalesce(followed.followed_count, 0) as followed_count,
        thresholds_used.least_sample,
        coalesce(followed.before_count, 0) as before_count,
        coalesce(followed.after_count, 0) as after_count,
        mentioners.mentioner_count,
        mentioners.later_active_count,
        mentioners.mentioner_answered,
        mentioners.other_answered,
        mentioners.mentioner_score,
        mentioners.other_score,
        mentioners.mentioner_size,
        mentioners.other_size,
        cast(
            {{ dbt.dateadd(
                'day', 'thresholds_used.window_days', 'loops.released_date'
            ) }} as date
        ) as window_end_date

    from loops

    cross join thresholds_used

    left join followed
        on loops.segment_id = followed.segment_id
        and loops.theme = followed.theme
        and loops.release_key = followed.release_key

    left join mentioners
        on loops.segment_id = mentioners.segment_id
        and loops.theme = mentioners.theme
        and loops.release_key = mentioners.release_key

),

rates as (

    select
        *,
        {{ safe_divide('before_count', 'followed_count') }} as before_rate,
        {{ wilson_bound('before_count', 'followed_count', 'low') }} as before_low,
        {{ wilson_bound('before_count', 'followed_count', 'high') }} as before_high,
        {{ safe_divide('after_count', 'followed_count') }} as after_rate,
        {{ wilson_bound('after_count', 'followed_count', 'low') }} as after_low,
        {{ wilson_bound('after_count', 'followed_count', 'high') }} as after_high,
        {{ wilson_bound(
            'mentioner_score * mentioner_size', 'mentioner_size', 'low'
        ) }} as mentioner_low,
        {{ wilson_bound(
            'mentioner_score * mentioner_size', 'mentioner_size', 'high'
        ) }} as mentioner_high,
        {{ wilson_bound('other_score * other_size', 'other_size', 'low') }}
            as other_low,
        {{ wilson_bound('other_score * other_size', 'other_size', 'high') }}
            as other_high,
        coalesce(
            {{ is_suppressed('mentioner_answered') }}
            or {{ is_suppressed('other_answered') }}, true
        ) as is_score_suppressed

    from loops_counted

),

differences as (

    select
        *,
        case
            when not {{ is_suppressed('followed_count') }}
                then
                    after_rate - before_rate
        end as estimate,
        case
            when not {{ is_suppressed('followed_count') }}
                then
                    {{ difference_bound(
                        'after_rate', 'after_low', 'after_high', 'before_rate', 'before_low',
                        'before_high', 'low'
                    ) }}
        end as ci_low,
        case
            when not {{ is_suppressed('followed_count') }}
                then
                    {{ difference_bound(
                        'after_rate', 'after_low', 'after_high', 'before_rate', 'before_low',
                        'before_high', 'high'
                    ) }}
        end as ci_high,
        {{ min_n_met('followed_count') }} as is_min_n_met

    from rates

),

verdicts as (

    select
        *,
        case
            when release_key is null then 'not_shipped'
            when first_mention_date >= released_date then 'shipped_unasked'
            when not is_min_n_met and window_end_date > {{ as_of() }} then 'pending'
            when not is_min_n_met then 'insufficient'
            when ci_high < 0 then 'answered'
            when ci_low > 0 then 'asked_for_more'
            else 'undetermined'
        end as verdict

    from differences

),

claims as (

    select
        *,
        case verdict
            when 'not_shipped' then 'No release is known that answers the theme here.'
            when 'shipped_unasked'
                then 'Nobody had asked for it here before the release came.'
            when 'pending'
                then
                    'Too few customers have had the release for '
                    || 'the whole window.'
            when 'insufficient'
                then 'Too few customers were there throughout both windows.'
            when 'answered'
                then
                    'The release is associated with fewer mentions: of those who '
                    || 'received it fewer asked for it after than before.'
            when 'asked_for_more'
                then
                    'The release is associated with more mentions: of those who '
                    || 'received it more asked for it after than before.'
            else 'The interval holds fewer mentions as well as more.'
        end as reason,
        case verdict
            when 'pending'
                then {{ dbt.datediff(as_of(), 'window_end_date', 'day') }}
            when 'insufficient' then least_sample - followed_count
            when 'undetermined'
                then
                    ceil(
                        followed_count
                        * (
                            power(
                                case
                                    when estimate < 0 then ci_high - estimate
                                    else estimate - ci_low
                                end
                                / nullif(estimate, 0),
                                2
                            )
                            - 1
                        )
                    )
        end as needed,
        case verdict
            when 'pending' then 'days'
            when 'insufficient' then 'customers'
            when 'undetermined' then 'customers'
        end as unit_of_need,
        -- The latest release that can be judged speaks for a segment, whatever is said
        -- of it: the best of many themes would be decided by chance ever more often.
        row_number() over (
            partition by segment_id
            order by
                verdict in ('answered', 'asked_for_more', 'undetermined') desc,
                verdict in ('insufficient', 'pending') desc,
                released_date desc nulls last,
                theme asc,
                release_key asc
        ) as claim_rank

    from verdicts

),

decisions as (

    -- One in twenty of those that could be decided, were nothing to change.
    select
        count(*) filter (where verdict in ('answered', 'asked_for_more'))
            as decided_count,
        count(*) filter (
            where verdict in ('answered', 'asked_for_more', 'undetermined')
        )
        * 0.05e0 as expected_by_chance_count

    from claims

    where segment_id <> 'all'

)

select
    segments.segment_id,
    coalesce(claims.theme, 'none') as theme,
    coalesce(claims.release_key, 'none') as release_key,
    claims.release_id,
    claims.release_name,
    coalesce(claims.verdict, 'insufficient') as verdict,
    coalesce(claims.reason, 'Nobody has asked for any theme.') as reason,
    case when claims.needed is not null then claims.unit_of_need end as needed_unit,
    {{ evidence_list([
        "case when themes.theme is not null then " ~ evidence_item(
            'share of the theme in all feedback, over the whole history',
            'fit.fit_feedback_themes__month',
            [
                ('segment_id', 'themes.segment_id'),
                ('theme', 'themes.theme'),
                ('period_label', 'themes.period_label'),
            ],
            'themes.estimate', 'themes.ci_low', 'themes.ci_high', 'themes.numerator',
            'themes.denominator', 'themes.n_effective'
        ) ~ " end",
        "case when impacts.release_key is not null then " ~ evidence_item(
            'change of the score with the release against without it',
            'verdicts.verdict_release_impact',
            [
                ('segment_id', 'impacts.segment_id'),
                ('release_key', 'impacts.release_key'),
                ('measure', 'impacts.measure'),
            ],
            'impacts.estimate', 'impacts.ci_low', 'impacts.ci_high',
            'impacts.numerator', 'impacts.denominator', 'impacts.n_effective'
        ) ~ " end",
    ]) }} as evidence,
    thresholds_used.thresholds,
    cast(claims.needed as bigint) as needed_count,
    themes.mention_count,
    themes.customer_count,
    cast(
        case
            when claims.first_mention_date < claims.released_date
                then
                    {{ dbt.datediff(
                        'claims.first_mention_date', 'claims.released_date', 'day'
                    ) }}
        end as bigint
    ) as first_mention_to_release_days,
    cast(claims.followed_count as bigint) as followed_count,
    cast(claims.before_count as bigint) as mentioned_before_count,
    cast(claims.after_count as bigint) as mentioned_after_count,
    cast(claims.mentioner_count as bigint) as mentioner_count,
    cast(claims.later_active_count as bigint) as later_active_count,
    decisions.decided_count,
    decisions.expected_by_chance_count,
    cast(claims.after_count as double) as numerator,
    cast(claims.followed_count as double) as denominator,
    claims.estimate,
    claims.ci_low,
    claims.ci_high,
    'newcombe' as ci_method,
    cast(claims.followed_count as double) as n_effective,
    case
        when not {{ is_suppressed('claims.mentioner_count') }}
            then
                {{ safe_divide('claims.later_active_count', 'claims.mentioner_count') }}
    end as closed_loop_rate,
    case
        when not {{ is_suppressed('claims.mentioner_count') }}
            then
                {{ wilson_bound(
                    'claims.later_active_count', 'claims.mentioner_count', 'low'
                ) }}
    end as closed_loop_low,
    case
        when not {{ is_suppressed('claims.mentioner_count') }}
            then
                {{ wilson_bound(
                    'claims.later_active_count', 'claims.mentioner_count', 'high'
                ) }}
    end as closed_loop_high,
    case when not claims.is_score_suppressed then claims.mentioner_score end
        as mentioner_score,
    case when not claims.is_score_suppressed then claims.other_score end as other_score,
    case
        when not claims.is_score_suppressed
            then
                claims.mentioner_score - claims.other_score
    end as score_difference_not_causal,
    case
        when not claims.is_score_suppressed
            then
                {{ difference_bound(
                    'claims.mentioner_score', 'claims.mentioner_low', 'claims.mentioner_high',
                    'claims.other_score', 'claims.other_low', 'claims.other_high', 'low'
                ) }}
    end as score_difference_not_causal_low,
    case
        when not claims.is_score_suppressed
            then
                {{ difference_bound(
                    'claims.mentioner_score', 'claims.mentioner_low', 'claims.mentioner_high',
                    'claims.other_score', 'claims.other_low', 'claims.other_high', 'high'
                ) }}
    end as score_difference_not_causal_high,
    coalesce(claims.is_min_n_met, false) as is_min_n_met,
    coalesce(claims.claim_rank, 1) = 1 as is_current,
    claims.first_mention_date,
    claims.released_date,
    {{ as_of() }} as as_of_date

from segments

cross join thresholds_used

cross join decisions

left join claims
    on segments.segment_id = claims.segment_id

left join themes
    on claims.segment_id = themes.segment_id
    and claims.theme = themes.theme
    and themes.period_label = 'all'

left join impacts
    on claims.segment_id = impacts.segment_id
    and claims.release_key = impacts.release_key
    and impacts.measure = 'pmf'
