-- Grain: one row per piece of feedback known at the as-of date.
with

feedback as (

    select * from {{ ref('stg_product__feedback') }}

),

themes as (

    select * from {{ ref('feedback_themes') }}

),

texts as (

    -- `distinct`: what was said alike is searched once.
    select distinct body

    from feedback

    where
        body is not null
        and given_date < {{ as_of() }}

),

text_themes as (

    select
        texts.body,
        themes.theme

    from texts

    inner join themes
        on {{ matches_pattern('texts.body', 'themes.pattern') }}

    -- The first rule that holds decides: a text has one theme.
    qualify row_number() over (
        partition by texts.body
        order by themes.precedence, themes.theme, themes.pattern
    ) = 1

),

declared_themes as (

    -- `distinct`: a theme has several patterns.
    select distinct theme from themes

)

select
    feedback.source_system,
    feedback.feedback_id,
    coalesce(declared_themes.theme, text_themes.theme, 'unmatched') as theme,
    case
        when declared_themes.theme is not null then 'tool'
        when text_themes.theme is not null then 'rule'
        when feedback.body is null then 'no_text'
        else 'none'
    end as theme_basis

from feedback

left join declared_themes
    on lower(trim(feedback.theme)) = declared_themes.theme

left join text_themes
    on feedback.body = text_themes.body

where feedback.given_date < {{ as_of() }}
