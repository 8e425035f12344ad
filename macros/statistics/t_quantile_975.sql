{#- The 97.5 % point of Student's t distribution with df degrees of freedom, exact to
    1e-9 for 1 to 28; the normal point from 29 on, where a sample has 30 units
    (metrics section 0). NULL below one degree of freedom. -#}
{% macro t_quantile_975(df) -%}
    case cast({{ df }} as bigint)
        when 1 then 12.7062047361747e0
        when 2 then 4.3026527297495e0
        when 3 then 3.1824463052837e0
        when 4 then 2.7764451051978e0
        when 5 then 2.5705818356363e0
        when 6 then 2.4469118511450e0
        when 7 then 2.3646242515928e0
        when 8 then 2.3060041352042e0
        when 9 then 2.2621571627982e0
        when 10 then 2.2281388519863e0
        when 11 then 2.2009851600916e0
        when 12 then 2.1788128296672e0
        when 13 then 2.1603686564628e0
        when 14 then 2.1447866879178e0
        when 15 then 2.1314495455598e0
        when 16 then 2.1199052992213e0
        when 17 then 2.1098155778333e0
        when 18 then 2.1009220402410e0
        when 19 then 2.0930240544083e0
        when 20 then 2.0859634472659e0
        when 21 then 2.0796138447277e0
        when 22 then 2.0738730679040e0
        when 23 then 2.0686576104190e0
        when 24 then 2.0638985616280e0
        when 25 then 2.0595385527533e0
        when 26 then 2.0555294386429e0
        when 27 then 2.0518305164803e0
        when 28 then 2.0484071417952e0
        else case when ({{ df }}) >= 29 then {{ z_975() }} end
    end
{%- endmacro %}
