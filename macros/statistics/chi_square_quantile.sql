{#- The 2.5 % or the 97.5 % point of the chi-square distribution with df degrees of
    freedom, 2 or more, to a relative error of 1e-11; NULL below 2.

    With a = df / 2, the quantile is a times the cube of a smooth function of 1 / sqrt(a),
    as Wilson and Hilferty saw, whose first terms are 1, z / 3 and -1 / 9. Here it has
    sixteen terms, fitted to the exact quantiles at Chebyshev's nodes. No search is
    needed, which an expression could not hold.

    side: 'low' or 'high'. -#}
{% macro chi_square_quantile(df, side) -%}
    {%- set terms = {
        "low": [
            9.9999999999965794e-01,
            -6.5332132798172415e-01,
            -1.1111113051561919e-01,
            5.0909756382421859e-03,
            1.9014987354128328e-02,
            2.0616161447740516e-02,
            1.2572280539897299e-02,
            1.7126554828176349e-02,
            -4.4862047080113522e-02,
            1.4209931255129260e-01,
            -3.4233868670854800e-01,
            5.7324011730235114e-01,
            -7.0158798422397184e-01,
            5.7733064300787285e-01,
            -2.9238018567506996e-01,
            8.1854151345175902e-02,
            -9.7082266639949462e-03
        ],
        "high": [
            1.0000000000000175e+00,
            6.5332132817007060e-01,
            -1.1111111017183782e-01,
            -5.0902474008512055e-03,
            1.9031634081229546e-02,
            -2.0417647502158007e-02,
            1.4388777744119194e-02,
            -6.8046427268066145e-03,
            1.6679247049354127e-03,
            1.1133319796662008e-03,
            -1.9414628090407783e-03,
            2.6154686691401818e-03,
            -4.2098102782161806e-03,
            4.7279824828223077e-03,
            -3.0759044713756360e-03,
            1.0693101566530113e-03,
            -1.5565711447177059e-04
        ],
    } -%}
    {%- set half = "(cast(" ~ df ~ " as double) / 2)" -%}
    {%- set sign = interval_side_sign(side) -%}
    case
        when {{ half }} >= 1
            then {{ half }} * 2 * power(
                {%- for term in terms[side] %}
                {{ "%.16e" | format(term) }}
                {%- if not loop.first %} * power({{ half }}, -{{ loop.index0 / 2 }}e0)
                {%- endif %}
                {%- if not loop.last %} +{% endif %}
                {%- endfor %},
                3
            )
    end
{%- endmacro %}
