{#- One piece of evidence of a verdict, as a JSON object: what it is, the one row of a
    published mart that it was read from, and what stands there. A test reads that row
    back from the publication and compares.

    name: what the figure is, in words; a literal.
    mart: schema and table; a literal.
    keys: pairs of a column of that mart and the expression of its value here.
    estimate, ci_low, ci_high, numerator, denominator, n: expressions; leave out what
    the figure has not (a census has no interval).
    column: the column of the mart that holds the estimate. -#}
{% macro evidence_item(
    name, mart, keys, estimate, ci_low="null", ci_high="null", numerator="null",
    denominator="null", n="null", column="estimate"
) -%}
    {{ json_object([
        ("name", "'" ~ name ~ "'"),
        ("mart", "'" ~ mart ~ "'"),
        ("filter", row_filter(keys)),
        ("column", "'" ~ column ~ "'"),
        ("estimate", estimate),
        ("ci_low", ci_low),
        ("ci_high", ci_high),
        ("numerator", numerator),
        ("denominator", denominator),
        ("n", n),
    ]) }}
{%- endmacro %}
