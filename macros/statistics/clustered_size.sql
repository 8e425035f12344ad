{#- The size of a sample of independent answers that would tell as much about a share as
    answers that are clustered by account: p(1 - p) over the linearised variance, at most
    the number of answers (metrics C9b). Where nobody shares an account, or nothing
    varies, the answers are the size.

    y: favourable answers; x: answers; clusters: accounts; sum_yy, sum_xy, sum_xx: sums
    over accounts of the products of what each adds to y and x. -#}
{% macro clustered_size(y, x, clusters, sum_yy, sum_xy, sum_xx) -%}
    {%- set share = safe_divide(y, x) -%}
    {%- set spread -%}
        ({{ sum_yy }} - 2 * {{ share }} * {{ sum_xy }}
        + {{ share }} * {{ share }} * {{ sum_xx }})
    {%- endset -%}
    case
        when {{ x }} = 0 then null
        when {{ clusters }} = {{ x }} or {{ clusters }} < 2
            then cast({{ x }} as double)
        when {{ spread }} <= 1e-12 or {{ y }} = 0 or {{ y }} = {{ x }}
            then cast({{ x }} as double)
        else least(
            cast({{ x }} as double),
            {{ share }} * (1 - {{ share }}) * {{ x }} * {{ x }}
            * ({{ clusters }} - 1) / ({{ clusters }} * {{ spread }})
        )
    end
{%- endmacro %}
