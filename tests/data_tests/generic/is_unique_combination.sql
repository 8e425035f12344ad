{#- The columns together are a primary key: no combination occurs twice, and no part of
    it is NULL. Returns one row per combination at fault. -#}
{% test is_unique_combination(model, columns) %}

with

combinations as (

    select
        {{ columns | join(",\n        ") }},
        count(*) as row_count

    from {{ model }}

    group by
        {{ columns | join(",\n        ") }}

),

judged as (

    select
        case
            {%- for column in columns %}
            when {{ column }} is null then 'part of the key is null: {{ column }}'
            {%- endfor %}
            when row_count > 1 then 'the combination occurs more than once'
        end as failure,
        *

    from combinations

)

select * from judged

where failure is not null

{% endtest %}
