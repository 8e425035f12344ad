-- Grain: one row per scope (a segment or all), wave, question and stratum.
with recursive

answers as (

    select * from {{ ref('int_pmf_answers_judged') }}

),

eligible_customers as (

    select * from {{ ref('int_customers_eligible_at_waves') }}

),

questions as (

    -- What was asked in a wave, whoever answered.
    select distinct
        survey_id,
        wave_id,
        question_family,
        survey_type

    from answers

),

bases as (

    select
        questions.survey_id,
        questions.wave_id,
        questions.question_family,
        questions.survey_type,
        eligible_customers.segment_id,
        eligible_customers.tenure_band,
        eligible_customers.merge_order,
        0 as answered,
        count(*) as logo_base,
        sum(eligible_customers.mrr_amount) as mrr_base

    from questions

    inner join eligible_customers
        on questions.survey_id = eligible_customers.survey_id
        and questions.wave_id = eligible_customers.wave_id

    group by
        questions.survey_id,
        questions.wave_id,
        questions.question_family,
        questions.survey_type,
        eligible_customers.segment_id,
        eligible_customers.tenure_band,
        eligible_customers.merge_order

),

bases_and_answers as (

    select * from bases

    union all

    select
        survey_id,
        wave_id,
        question_family,
        survey_type,
        segment_id,
        tenure_band,
        merge_order,
        count(answer_score) as answered,
        0 as logo_base,
        0 as mrr_base

    from answers

    where
        is_eligible
        and not is_anonymous

    group by
        survey_id,
        wave_id,
        question_family,
        survey_type,
        segment_id,
        tenure_band,
        merge_order

),

strata as (

    select
        scopes.scope,
        bases_and_answers.survey_id,
        bases_and_answers.wave_id,
        bases_and_answers.question_family,
        bases_and_answers.survey_type,
        bases_and_answers.segment_id,
        bases_and_answers.tenure_band,
        bases_and_answers.merge_order,
        sum(bases_and_answers.answered) as answered,
        sum(bases_and_answers.logo_base) as logo_base,
        sum(bases_and_answers.mrr_base) as mrr_base

    from bases_and_answers

    cross join (
        values
        ('segment'), ('all')
    ) as scopes (scope)

    group by
        scopes.scope,
        bases_and_answers.survey_id,
        bases_and_answers.wave_id,
        bases_and_answers.question_family,
        bases_and_answers.survey_type,
        bases_and_answers.segment_id,
        bases_and_answers.tenure_band,
        bases_and_answers.merge_order

),

strata_in_cells as (

    select
        *,
        case when scope = 'all' then 'all' else segment_id end as scope_segment_id,
        answered > 0 as is_answered

    from strata

),

strata_in_order as (

    select
        *,
        concat_ws(
            '|', survey_id, wave_id, question_family, survey_type, scope_segment_id
        ) as cell,
        row_number() over (
            partition by
                survey_id,
                wave_id,
                question_family,
                survey_type,
                scope_segment_id,
                is_answered
            order by segment_id, merge_order
        ) as stratum_number,
        count(*) over (
            partition by
                survey_id,
                wave_id,
                question_family,
                survey_type,
                scope_segment_id,
                is_answered
        ) as stratum_count

    from strata_in_cells

),

walk as (

    -- Strata with fewer than five answers merge with the next (metrics 1.2), in order.
    select
        cell,
        stratum_number,
        stratum_count,
        cast(1 as bigint) as group_number,
        cast(answered as bigint) as group_answered

    from strata_in_order

    where
        is_answered
        and stratum_number = 1

    union all

    select
        walk.cell,
        next_strata.stratum_number,
        walk.stratum_count,
        case
            when walk.group_answered < 5 then walk.group_number
            else walk.group_number + 1
        end as group_number,
        cast(next_strata.answered as bigint)
        + case when walk.group_answered < 5 then walk.group_answered else 0 end
            as group_answered

    from walk

    inner join strata_in_order as next_strata
        on walk.cell = next_strata.cell
        and walk.stratum_number + 1 = next_strata.stratum_number
        and next_strata.is_answered

),

last_groups as (

    -- What is left at the end and still too small merges with the one before.
    select
        cell,
        group_number as last_group_number,
        group_answered < 5 as is_too_small

    from walk

    where stratum_number = stratum_count

)

select
    strata_in_order.scope_segment_id,
    strata_in_order.survey_id,
    strata_in_order.wave_id,
    strata_in_order.question_family,
    strata_in_order.survey_type,
    strata_in_order.segment_id,
    strata_in_order.tenure_band,
    case
        when
            last_groups.is_too_small
            and walk.group_number = last_groups.last_group_number
            then greatest(walk.group_number - 1, 1)
        else walk.group_number
    end as merged_stratum,
    cast(strata_in_order.answered as bigint) as answered,
    cast(strata_in_order.logo_base as bigint) as logo_base,
    cast(strata_in_order.mrr_base as decimal(38, 4)) as mrr_base

from strata_in_order

left join walk
    on strata_in_order.cell = walk.cell
    and strata_in_order.stratum_number = walk.stratum_number
    and strata_in_order.is_answered

left join last_groups
    on walk.cell = last_groups.cell
