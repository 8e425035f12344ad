-- Grain: one row per segment, theme and month, and over the whole history.
with

feedback as (

    select * from {{ ref('fct_feedback') }}

),

declared as (

    select * from {{ ref('feedback_themes') }}

),

themes as (

    -- `union`: a theme has several patterns.
    select theme from declared
    union
    select 'unmatched' as theme

),

counted_feedback as (

    select
        segment_id,
        theme,
        -- Who is not known is somebody: each record its own customer.
        coalesce(customer_key, feedback_key) as speaker_key,
        customer_key,
        mrr_amount,
        {{ month_of('given_date') }} as feedback_month,
        given_date,
        feedback_key

    from feedback

    where is_counted

),

feedback_of_periods as (

    select
        case
            when segment_totals.is_total then 'all' else counted_feedback.segment_id
        end as segment_id,
        case
            when period_totals.is_total then 'all'
            else {{ month_label('counted_feedback.feedback_month') }}
        end as period_label,
        case
            when not period_totals.is_total then counted_feedback.feedback_month
        end as feedback_month,
        counted_feedback.theme,
        counted_feedback.speaker_key,
        counted_feedback.customer_key,
        counted_feedback.mrr_amount,
        counted_feedback.given_date,
        counted_feedback.feedback_key

    from counted_feedback

    cross join (
        values
        (true), (false)
    ) as segment_totals (is_total)

    cross join (
        values
        (true), (false)
    ) as period_totals (is_total)

),

feedback_in_order as (

    -- A customer counts once per theme, with what it paid when it first spoke.
    select
        *,
        row_number() over (
            partition by segment_id, period_label, theme, speaker_key
            order by given_date, feedback_key
        ) as mention_number

    from feedback_of_periods

),

periods as (

    select
        segment_id,
        period_label,
        max(feedback_month) as feedback_month,
        count(*) as feedback_count

    from feedback_of_periods

    group by segment_id, period_label

),

mentions as (

    select
        segment_id,
        period_label,
        theme,
        count(*) as mention_count,
        count(distinct customer_key) as customer_count,
        count(*) filter (where customer_key is null) as unknown_customer_count,
        sum(mrr_amount) filter (where mention_number = 1) as mrr_amount

    from feedback_in_order

    group by segment_id, period_label, theme

),

themes_of_periods as (

    select
        periods.segment_id,
        themes.theme,
        periods.period_label,
        coalesce(mentions.mention_count, 0) as mention_count,
        coalesce(mentions.customer_count, 0) as customer_count,
        coalesce(mentions.unknown_customer_count, 0) as unknown_customer_count,
        periods.feedback_count,
        coalesce(mentions.mrr_amount, 0) as mrr_amount,
        periods.feedback_month

    from periods

    cross join themes

    left join mentions
        on periods.segment_id = mentions.segment_id
        and periods.period_label = mentions.period_label
        and themes.theme = mentions.theme

)

select
    segment_id,
    theme,
    period_label,
    '{{ var("reporting_currency") }}' as currency_code,
    cast(mention_count as bigint) as mention_count,
    cast(customer_count as bigint) as customer_count,
    cast(unknown_customer_count as bigint) as unknown_customer_count,
    cast(mrr_amount as decimal(18, 4)) as mrr_amount,
    {{ wilson_interval('mention_count', 'feedback_count') }},
    period_label = 'all'
    or {{ months_later('feedback_month', 1) }} <= {{ as_of() }} as is_complete,
    feedback_month

from themes_of_periods
