-- Grain: one row per segment, theme and release that answers it.
with

links as (

    select * from {{ ref('int_themes_linked_to_releases') }}

),

releases as (

    select * from {{ ref('dim_releases') }}

),

feedback as (

    select * from {{ ref('fct_feedback') }}

),

customer_months as (

    select * from {{ ref('fct_mrr_customer_month') }}

),

answers as (

    select * from {{ ref('int_pmf_answers_judged') }}

),

thresholds as (

    select * from {{ ref('thresholds') }}

),

loops as (

    select
        links.theme,
        links.release_key,
        releases.segment_id as release_segment_id,
        releases.released_date,
        cast(
            {{ dbt.dateadd(
                'day', 'cast(thresholds.value as integer)', 'releases.released_date'
            ) }} as date
        ) as ends_date

    from links

    inner join releases
        on links.release_key = releases.release_key

    inner join thresholds
        on thresholds.threshold_id = 'feedback_window_days'

),

mentioners as (

    -- Who asked for it before it came, in the segment that they first asked in.
    select
        loops.theme,
        loops.release_key,
        feedback.customer_key,
        feedback.segment_id

    from loops

    inner join feedback
        on loops.theme = feedback.theme
        and loops.released_date > feedback.given_date
        and (
            loops.release_segment_id = 'all'
            or loops.release_segment_id = feedback.segment_id
        )

    where
        feedback.is_counted
        and feedback.customer_key is not null

    qualify row_number() over (
        partition by loops.theme, loops.release_key, feedback.customer_key
        order by feedback.given_date, feedback.feedback_key
    ) = 1

),

mentioners_later as (

    select
        mentioners.segment_id,
        mentioners.theme,
        mentioners.release_key,
        loops.ends_date <= {{ as_of() }} as is_over,
        coalesce(customer_months.is_active, false) as is_later_active

    from mentioners

    inner join loops
        on mentioners.theme = loops.theme
        and mentioners.release_key = loops.release_key

    left join customer_months
        on mentioners.customer_key = customer_months.customer_key
        and {{ months_later(month_of('loops.ends_date'), -1) }}
        = customer_months.mrr_month

),

closed_loops as (

    select
        case when totals.is_total then 'all' else mentioners_later.segment_id end
            as segment_id,
        mentioners_later.theme,
        mentioners_later.release_key,
        count(*) as mentioner_count,
        count(*) filter (
            where mentioners_later.is_over and mentioners_later.is_later_active
        ) as later_active_count,
        min(case when mentioners_later.is_over then 1 else 0 end) = 1 as is_over

    from mentioners_later

    inner join releases
        on mentioners_later.release_key = releases.release_key

    inner join (
        values
        (true), (false)
    ) as totals (is_total)
        on not totals.is_total
        or releases.segment_id = 'all'

    group by
        case when totals.is_total then 'all' else mentioners_later.segment_id end,
        mentioners_later.theme,
        mentioners_later.release_key

),

clusters as (

    select
        case when totals.is_total then 'all' else answers.segment_id end as segment_id,
        loops.theme,
        loops.release_key,
        mentioners.customer_key is not null as is_mentioner,
        answers.customer_key,
        count(*) as answered,
        sum(answers.answer_score) as score

    from loops

    inner join answers
        on loops.released_date <= answers.submitted_date
        and (
            loops.release_segment_id = 'all'
            or loops.release_segment_id = answers.segment_id
        )

    inner join (
        values
        (true), (false)
    ) as totals (is_total)
        on not totals.is_total
        or loops.release_segment_id = 'all'

    left join mentioners
        on loops.theme = mentioners.theme
        and loops.release_key = mentioners.release_key
        and answers.customer_key = mentioners.customer_key

    where
        answers.is_eligible
        and answers.answer_score is not null
        and answers.customer_key is not null

    group by
        case when totals.is_total then 'all' else answers.segment_id end,
        loops.theme,
        loops.release_key,
        mentioners.customer_key is not null,
        answers.customer_key

),

scores as (

    select
        segment_id,
        theme,
        release_key,
        is_mentioner,
        count(*) as account_count,
        cast(sum(answered) as bigint) as answered,
        cast(sum(score) as bigint) as very_disappointed_count,
        cast(sum(score * score) as double) as sum_yy,
        cast(sum(score * answered) as double) as sum_xy,
        cast(sum(answered * answered) as double) as sum_xx

    from clusters

    group by segment_id, theme, release_key, is_mentioner

),

sized_scores as (

    select
        segment_id,
        theme,
        release_key,
        is_mentioner,
        answered,
        {{ safe_divide('very_disappointed_count', 'answered') }} as score,
        {{ clustered_size(
            'very_disappointed_count', 'answered', 'account_count', 'sum_yy', 'sum_xy',
            'sum_xx'
        ) }} as effective_size

    from scores

),

two_scores as (

    select
        segment_id,
        theme,
        release_key,
        coalesce(max(answered) filter (where is_mentioner), 0) as mentioner_answered,
        coalesce(max(answered) filter (where not is_mentioner), 0) as other_answered,
        max(score) filter (where is_mentioner) as mentioner_score,
        max(score) filter (where not is_mentioner) as other_score,
        max(effective_size) filter (where is_mentioner) as mentioner_size,
        max(effective_size) filter (where not is_mentioner) as other_size

    from sized_scores

    group by segment_id, theme, release_key

)

select
    coalesce(closed_loops.segment_id, two_scores.segment_id) as segment_id,
    coalesce(closed_loops.theme, two_scores.theme) as theme,
    coalesce(closed_loops.release_key, two_scores.release_key) as release_key,
    coalesce(closed_loops.mentioner_count, 0) as mentioner_count,
    case when closed_loops.is_over then closed_loops.later_active_count end
        as later_active_count,
    coalesce(two_scores.mentioner_answered, 0) as mentioner_answered,
    coalesce(two_scores.other_answered, 0) as other_answered,
    two_scores.mentioner_score,
    two_scores.other_score,
    two_scores.mentioner_size,
    two_scores.other_size

from closed_loops

full outer join two_scores
    on closed_loops.segment_id = two_scores.segment_id
    and closed_loops.theme = two_scores.theme
    and closed_loops.release_key = two_scores.release_key
