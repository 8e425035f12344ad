-- Grain: one row per segment, number of months and complete month at which they end.
{%- set counts = [
    'new_customer_count', 'known_count', 'referral_count', 'organic_count',
    'rewarded_count', 'active_count', 'returning_count', 'invite_count',
    'converted_invite_count',
] %}
with

months as (

    select * from {{ ref('int_word_of_mouth_counted') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

windows as (

    -- `union`: the one that decides may be the quarter that is always told.
    select 3 as window_months
    union
    select cast(value as integer) as window_months
    from thresholds
    where threshold_id = 'word_of_mouth_months'

),

months_in_windows as (

    select
        windows.window_months,
        last_months.segment_id,
        {% for column in counts -%}
        months.{{ column }},
        {% endfor -%}
        last_months.acquired_month as end_month

    from months as last_months

    cross join windows

    inner join months
        on last_months.segment_id = months.segment_id
        and last_months.acquired_month >= months.acquired_month
        and last_months.acquired_month
        < {{ months_later('months.acquired_month', 'windows.window_months') }}

)

select
    segment_id,
    window_months,
    {% for column in counts -%}
    cast(sum({{ column }}) as bigint) as {{ column }},
    {% endfor -%}
    end_month

from months_in_windows

group by segment_id, window_months, end_month

-- A window that begins before the first customer is no whole one.
having count(*) = window_months
