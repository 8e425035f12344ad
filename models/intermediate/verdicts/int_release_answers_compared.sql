-- Grain: one row per release, segment, side and period.
with

windows as (

    select * from {{ ref('int_release_windows_bounded') }}

),

exposures as (

    select * from {{ ref('int_release_exposures_matched') }}

),

answers as (

    select * from {{ ref('int_pmf_answers_judged') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

answers_near_releases as (

    select
        windows.release_key,
        windows.segment_id as release_segment_id,
        answers.segment_id,
        answers.customer_key,
        answers.answer_score,
        answers.eligibility_rule,
        answers.wording_version,
        exposures.exposed_date,
        windows.released_date,
        windows.exposed_until_date,
        windows.window_end_date,
        answers.submitted_date,
        case
            when answers.submitted_date < windows.released_date then 'before'
            else 'after'
        end as period

    from windows

    inner join answers
        on (windows.segment_id = 'all' or windows.segment_id = answers.segment_id)
        and windows.window_start_date <= answers.submitted_date
        and windows.window_end_date > answers.submitted_date

    -- Only who was there when the release came has a before.
    inner join customers
        on answers.customer_key = customers.customer_key
        and windows.released_date > customers.first_paid_date

    left join exposures
        on windows.release_key = exposures.release_key
        and answers.customer_key = exposures.customer_key

    where
        answers.is_eligible
        and answers.answer_score is not null

),

answers_of_sides as (

    select
        *,
        case
            when exposed_date is null then 'unexposed'
            when exposed_date >= window_end_date then 'unexposed'
            when
                exposed_date <= exposed_until_date
                and (period = 'before' or submitted_date >= exposed_date)
                then 'exposed'
            else 'in_between'
        end as side

    from answers_near_releases

),

clusters as (

    select
        answers_of_sides.release_key,
        case
            when totals.is_total then 'all' else answers_of_sides.segment_id
        end as segment_id,
        answers_of_sides.side,
        answers_of_sides.period,
        answers_of_sides.customer_key,
        count(*) as answered,
        sum(answers_of_sides.answer_score) as score,
        min(answers_of_sides.eligibility_rule) as first_rule,
        max(answers_of_sides.eligibility_rule) as last_rule,
        min(coalesce(answers_of_sides.wording_version, '')) as first_wording,
        max(coalesce(answers_of_sides.wording_version, '')) as last_wording

    from answers_of_sides

    -- A release for one segment is told for that segment only.
    inner join (
        values
        (true), (false)
    ) as totals (is_total)
        on not totals.is_total
        or answers_of_sides.release_segment_id = 'all'

    group by
        answers_of_sides.release_key,
        case
            when totals.is_total then 'all' else answers_of_sides.segment_id
        end,
        answers_of_sides.side,
        answers_of_sides.period,
        answers_of_sides.customer_key

),

cells as (

    select
        release_key,
        segment_id,
        side,
        period,
        count(*) as account_count,
        cast(sum(answered) as bigint) as answered,
        cast(sum(score) as bigint) as very_disappointed_count,
        cast(sum(score * score) as double) as sum_yy,
        cast(sum(score * answered) as double) as sum_xy,
        cast(sum(answered * answered) as double) as sum_xx,
        min(first_rule) as first_rule,
        max(last_rule) as last_rule,
        min(first_wording) as first_wording,
        max(last_wording) as last_wording

    from clusters

    group by release_key, segment_id, side, period

)

select
    release_key,
    segment_id,
    side,
    period,
    account_count,
    answered,
    very_disappointed_count,
    {{ clustered_size(
        'very_disappointed_count', 'answered', 'account_count', 'sum_yy', 'sum_xy',
        'sum_xx'
    ) }} as effective_size,
    first_rule,
    last_rule,
    first_wording,
    last_wording

from cells
