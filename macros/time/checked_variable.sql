{#- The value of a variable that is put into SQL as text: refused, with an example of
    what is meant, unless the pattern matches it from end to end. -#}
{% macro checked_variable(name, value, pattern, example) -%}
    {%- if not modules.re.fullmatch(pattern, value | string) -%}
        {{ exceptions.raise_compiler_error(
            "variable " ~ name ~ " is '" ~ value ~ "'; give a value such as " ~ example
        ) }}
    {%- endif -%}
    {{ value }}
{%- endmacro %}
