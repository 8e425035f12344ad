-- Grain: one row per feed, column and value that its declared list lacks.
with

observed_values as (

    select * from {{ ref('int_values_observed') }}

),

declared_values as (

    select * from {{ ref('int_values_declared') }}

),

declared_lists as (

    -- A list that nobody delivered declares nothing, and lacks nothing.
    select distinct list_name from declared_values

),

column_totals as (

    select
        feed,
        column_name,
        sum(record_count) as column_record_count

    from observed_values

    group by feed, column_name

),

unmatched_values as (

    select
        observed_values.feed,
        observed_values.column_name,
        observed_values.list_name,
        observed_values.observed_value,
        observed_values.record_count,
        observed_values.list_name = 'crm.accounts' as is_identifier

    from observed_values

    inner join declared_lists
        on observed_values.list_name = declared_lists.list_name

    left join declared_values
        on observed_values.list_name = declared_values.list_name
        and lower(trim(observed_values.observed_value))
        = declared_values.declared_value

    where
        declared_values.declared_value is null
        and coalesce(observed_values.match_method, 'own_id') = 'own_id'

)

select
    md5(
        concat_ws(
            '|',
            unmatched_values.feed,
            unmatched_values.column_name,
            unmatched_values.observed_value
        )
    ) as unmatched_value_key,
    unmatched_values.feed,
    unmatched_values.column_name,
    unmatched_values.list_name,
    case
        when not unmatched_values.is_identifier then unmatched_values.observed_value
    end as observed_value,
    case when unmatched_values.is_identifier then unmatched_values.observed_value end
        as observed_identifier,
    cast(unmatched_values.record_count as bigint) as record_count,
    cast(column_totals.column_record_count as bigint) as column_record_count,
    cast(unmatched_values.record_count as double)
    / cast(column_totals.column_record_count as double) as record_rate

from unmatched_values

inner join column_totals
    on unmatched_values.feed = column_totals.feed
    and unmatched_values.column_name = column_totals.column_name
