{#- Within each group, the rows of the parts add up to the one row of the total, measure
    by measure. Returns one row per group and measure at fault.

    part_column: the column that names the part, such as segment.
    measures: the columns to add up.
    group_by: the rest of the grain.
    total_value: the name of the total in part_column.
    tolerance: largest difference that is not a failure. -#}
{% test parts_sum_to_total(
    model, part_column, measures, group_by=[], total_value="all", tolerance=0
) %}

with

rows_with_role as (

    select
        *,
        coalesce({{ part_column }} = '{{ total_value }}', false) as is_total

    from {{ model }}

),

sums as (

    {% for measure in measures -%}
    select
        {%- for column in group_by %}
        {{ column }},
        {%- endfor %}
        '{{ measure }}' as measure,
        count(case when is_total then 1 end) as total_row_count,
        coalesce(sum(case when is_total then {{ measure }} end), 0) as total,
        coalesce(sum(case when not is_total then {{ measure }} end), 0) as sum_of_parts

    from rows_with_role

    {%- if group_by %}

    group by {{ group_by | join(", ") }}
    {%- else %}

    -- no rows at all have no total to miss
    having count(*) > 0
    {%- endif %}

    {% if not loop.last -%}
    union all

    {% endif %}
    {%- endfor %}
),

judged as (

    select
        case
            when total_row_count = 0 then 'there is no total row'
            when total_row_count > 1 then 'there is more than one total row'
            when abs(total - sum_of_parts) > {{ tolerance }}
                then 'the parts do not sum to the total'
        end as failure,
        *

    from sums

)

select * from judged

where failure is not null

{% endtest %}
