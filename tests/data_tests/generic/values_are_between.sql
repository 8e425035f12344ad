{#- Every value of a column lies within bounds, both of them included; NULL is no value.

    min_value, max_value: SQL expressions; one of them may be left out. -#}
{% test values_are_between(model, column_name, min_value=none, max_value=none) %}

{%- if min_value is none and max_value is none -%}
    {{ exceptions.raise_compiler_error(
        "values_are_between on " ~ column_name ~ ": give min_value, max_value or both"
    ) }}
{%- endif %}

with

judged as (

    select
        case
            {%- if min_value is not none %}
            when {{ column_name }} < {{ min_value }}
                then '{{ column_name }} is below its minimum'
            {%- endif %}
            {%- if max_value is not none %}
            when {{ column_name }} > {{ max_value }}
                then '{{ column_name }} is above its maximum'
            {%- endif %}
        end as failure,
        *

    from {{ model }}

)

select * from judged

where failure is not null

{% endtest %}
