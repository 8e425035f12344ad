-- Grain: one row per company: there is one.
with

segments as (

    select * from {{ ref('dim_segments') }}

),

investment_shares as (

    select * from {{ ref('sales_investment_share__month') }}

),

magic_numbers as (

    select * from {{ ref('sales_magic_number__quarter') }}

),

fit_verdicts as (

    select * from {{ ref('verdict_fit_by_segment') }}

),

wave_changes as (

    select * from {{ ref('fit_wave_change__segment_wave') }}

),

thresholds as (

    select * from {{ ref('dim_thresholds') }}

),

last_share as (

    select * from investment_shares

    where spend_month = {{ months_later(month_of(as_of()), -1) }}

),

last_magic_number as (

    select *

    from magic_numbers

    where segment_id = 'all'

    qualify row_number() over (order by quarter_start_date desc) = 1

),

last_change as (

    -- The wave that speaks for the company, weighted as its score is.
    select wave_changes.*

    from wave_changes

    inner join fit_verdicts
        on wave_changes.segment_id = fit_verdicts.segment_id
        and wave_changes.survey_id = fit_verdicts.survey_id
        and wave_changes.wave_id = fit_verdicts.wave_id
        and wave_changes.question_family = fit_verdicts.question_family
        and wave_changes.survey_type = fit_verdicts.survey_type

    where
        wave_changes.segment_id = 'all'
        and wave_changes.question_kind = 'pmf'
        and wave_changes.weighting = 'logo'
        and fit_verdicts.is_current

),

references_used as (

    select
        max(value) as reference_rate,
        {{ thresholds_list() }} as thresholds

    from thresholds

    where threshold_id = 'investment_sales_share'

),

figures as (

    select
        segments.segment_id,
        last_share.spend_month,
        last_share.sales_and_marketing_amount,
        last_share.product_amount,
        last_share.sales_share_rate,
        references_used.reference_rate,
        references_used.thresholds,
        last_magic_number.quarter_start_date,
        last_magic_number.magic_number,
        last_magic_number.pooled_magic_number,
        last_change.survey_id,
        last_change.wave_id,
        last_change.question_family,
        last_change.scale_id,
        last_change.survey_type,
        last_change.estimate as fit_change,
        last_change.ci_low as fit_change_low,
        last_change.ci_high as fit_change_high,
        last_change.verdict as fit_change_verdict

    from segments

    cross join references_used

    left join last_share
        on last_share.spend_month is not null

    left join last_magic_number
        on segments.segment_id = last_magic_number.segment_id

    left join last_change
        on segments.segment_id = last_change.segment_id

    where segments.is_total

)

select
    segment_id,
    case when sales_share_rate is null then 'undetermined' else 'described' end
        as verdict,
    case
        when spend_month is null
            then 'the books of the last three complete months are not known'
        when sales_share_rate is null
            then 'nothing was spent on sales, marketing or product'
        else
            {{ percent_text('sales_share_rate') }}
            || ' of what went into sales, marketing and product went into the first'
            || ' two; the median of companies that went public is '
            || {{ percent_text('reference_rate') }}
            || ', which is a description and no optimum'
    end as reason,
    case when spend_month is null then 'months' end as needed_unit,
    case
        when sales_share_rate > reference_rate then 'more_to_sales_than_reference'
        when sales_share_rate < reference_rate then 'less_to_sales_than_reference'
        when sales_share_rate = reference_rate then 'as_reference'
        else 'unknown'
    end as relation_to_reference,
    fit_change_verdict,
    '{{ var("reporting_currency") }}' as currency_code,
    {{ evidence_list([
        "case when spend_month is not null then " ~ evidence_item(
            "share of sales and marketing in the spend on them and on product",
            "sales.sales_investment_share__month",
            [("spend_month", "spend_month")],
            "sales_share_rate",
            column="sales_share_rate",
        ) ~ " end",
        "case when quarter_start_date is not null then " ~ evidence_item(
            "magic number",
            "sales.sales_magic_number__quarter",
            [
                ("segment_id", "segment_id"),
                ("quarter_start_date", "quarter_start_date"),
            ],
            "magic_number",
            column="magic_number",
        ) ~ " end",
        "case when wave_id is not null then " ~ evidence_item(
            "change of the PMF score weighted by customers",
            "fit.fit_wave_change__segment_wave",
            [
                ("segment_id", "segment_id"),
                ("survey_id", "survey_id"),
                ("wave_id", "wave_id"),
                ("question_kind", "'pmf'"),
                ("question_family", "question_family"),
                ("scale_id", "scale_id"),
                ("survey_type", "survey_type"),
                ("weighting", "'logo'"),
            ],
            "fit_change",
            "fit_change_low",
            "fit_change_high",
        ) ~ " end",
    ]) }} as evidence,
    thresholds,
    cast(case when spend_month is null then 3 end as bigint) as needed_count,
    sales_and_marketing_amount,
    product_amount,
    sales_share_rate,
    reference_rate,
    magic_number,
    pooled_magic_number,
    fit_change,
    fit_change_low,
    fit_change_high,
    true as is_current,
    spend_month,
    {{ as_of() }} as as_of_date

from figures
