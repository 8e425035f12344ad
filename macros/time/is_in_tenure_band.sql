{#- True when a customer had been paying since a number of months that a row of the seed
    `strata` covers, on the day that a wave opened. Who paid first after that is in the
    band that begins at nothing.

    customer: a relation with first_paid_date and opens_date. band: one with from_months
    and until_months (exclusive; NULL: no end). -#}
{% macro is_in_tenure_band(customer, band) -%}
    {%- set paid = customer ~ ".first_paid_date" -%}
    {%- set opens = customer ~ ".opens_date" -%}
    (
        {{ band }}.from_months = 0
        or {{ opens }} >= {{ dbt.dateadd("month", band ~ ".from_months", paid) }}
    )
    and (
        {{ band }}.until_months is null
        or {{ opens }} < {{ dbt.dateadd("month", band ~ ".until_months", paid) }}
    )
    and {{ paid }} is not null
{%- endmacro %}
