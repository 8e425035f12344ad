"""How one text becomes one typed value, as SQL that never raises.

Functions from SQL to SQL: what goes in and comes out are expressions. Which cell a
column reads and which rules follow is in `mapping.py`.
"""

from pipelines.extracts.contract_column import EXCEL_SERIAL, ColumnSource
from pipelines.extracts.feed import ColumnType

EARLIEST, LATEST = "1000-01-01", "10000-01-01"
"""Bounds of a believable time: outside, a year was written with two digits or the
text is `infinity`."""

_ISO_OFFSET = r":\d\d(\.\d+)?\s*([zZ]|UTC|[+-]\d\d(:?\d\d){0,2})$"
_ISO_LOCAL = r"\d+[-/]\d+[-/]\d+([ T]+[0-9:.]*)?"


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: tuple[str, ...]) -> str:
    """Texts as a list for `in (...)`."""
    return ", ".join(literal(text) for text in texts)


def clean_text(cell: str, na: tuple[str, ...]) -> str:
    """The text without outer blanks; NULL where it is empty or means nothing."""
    unknown = tuple(dict.fromkeys(item.strip() for item in na if item.strip()))
    text = f"nullif(trim({cell}), '')"
    if len(unknown) == 1:
        return f"nullif({text}, {literal(unknown[0])})"
    if unknown:
        return f"case when {text} not in ({literals(unknown)}) then {text} end"
    return text


def written_text(cell: str, na: tuple[str, ...]) -> str:
    """What a person wrote, blanks kept; NULL where it is empty or means nothing."""
    return f"case when {clean_text(cell, na)} is not null then {cell} end"


def stripped(text: str, source: ColumnSource) -> str:
    """The text without the strings to take out, in lower case if so declared."""
    for part in source.strip:
        text = f"replace({text}, {literal(part)}, '')"
    if source.strip:
        text = f"nullif(trim({text}), '')"
    return f"lower({text})" if source.lower else text


def covered(text: str, source: ColumnSource) -> str:
    """What `extract`, `match` and `values` give; NULL where they give nothing."""
    value = text
    if source.extract is not None:
        value = f"nullif(regexp_extract({value}, {literal(source.extract)}, 1), '')"
    if source.match:
        cases = " ".join(
            f"when regexp_matches({value}, {literal(item.pattern)}) "
            f"then {literal(item.value)}"
            for item in source.match
        )
        value = f"case {cases} end"
    if source.values is not None:
        cases = " ".join(
            f"when {literal(key)} then {literal(item)}"
            for key, item in source.values.items()
        )
        value = f"case {value} {cases} end"
    return value


def final_text(text: str, source: ColumnSource) -> str:
    """The text after its maps, the default and the prefix."""
    value = covered(text, source)
    if value != text and source.unmapped == "keep":
        value = f"coalesce({value}, {text})"
    if source.default is not None:
        value = f"coalesce({value}, {literal(source.default)})"
    return f"{literal(source.prefix)} || {value}" if source.prefix else value


def number_text(text: str, source: ColumnSource) -> str:
    """A number as people write it, as one that SQL reads; NULL where it is ambiguous.

    Accounting negatives `(12.50)` and a trailing minus become a leading minus. Signs
    between thousands must stand between groups of three digits: `1,23` is refused.
    """
    # Looking at the last character first spares nearly every number two patterns.
    signed = (
        f"case when ends_with({text}, ')') or ends_with({text}, '-') then "
        rf"regexp_replace(regexp_replace({text}, '^\(\s*([^()]*?)\s*\)$', '-\1'), "
        rf"'^([^-+]*[^-+\s])\s*-$', '-\1') else {text} end"
    )
    if source.thousands:
        group = f"[{source.thousands}]"
        fraction = f"([{source.decimal}][0-9]*)?"
        grouped = rf"[+-]?[0-9]{{1,3}}({group}[0-9]{{3}})+{fraction}"
        plain = rf"[+-]?[0-9]*{fraction}"
        signed = (
            f"case when regexp_full_match({signed}, {literal(f'{grouped}|{plain}')}) "
            f"then replace({signed}, {literal(source.thousands)}, '') end"
        )
    if source.decimal == ",":
        # A point in a text with decimal comma would be read as its decimal point.
        swapped = f"replace({signed}, ',', '.')"
        signed = f"case when not contains({signed}, '.') then {swapped} end"
    return signed


def precise(number: str) -> str:
    """A number to eight decimals; what lies beyond is noise of binary fractions."""
    return f"try_cast({number} as decimal(38, 8))"


def instant_of(zoned: str) -> str:
    """A `timestamptz` as the UTC timestamp; NULL outside the believable time.

    Goes through microseconds: a cast would ask the calendar library for every row.
    """
    return (
        f"case when {zoned} >= timestamptz '{EARLIEST}' "
        f"and {zoned} < timestamptz '{LATEST}' "
        f"then make_timestamp(epoch_us({zoned})) end"
    )


def local_to_utc(local: str, time_zone: str | None) -> str:
    """A local timestamp as the UTC one.

    A time that the clocks skip in spring is read with the offset before the change; one
    that they repeat in autumn is the second, in standard time.
    """
    believable = (
        f"case when {local} >= timestamp '{EARLIEST}' "
        f"and {local} < timestamp '{LATEST}' then {local} end"
    )
    if time_zone is None or time_zone == "UTC":
        return believable
    return f"make_timestamp(epoch_us(timezone({literal(time_zone)}, {believable})))"


def is_iso_local(text: str) -> str:
    """Whether a text can be a date, or a time without an offset."""
    return f"regexp_full_match({text}, {literal(_ISO_LOCAL)})"


def is_iso_zoned(text: str) -> str:
    """Whether a time ends with its offset. Of names only UTC: DuckDB would also take
    `BST`, for that of Bangladesh, and words such as `epoch`."""
    return f"regexp_matches({text}, {literal(_ISO_OFFSET)})"


def iso_instant(text: str, time_zone: str | None) -> str:
    """ISO 8601, `T` or blank between date and time; an offset in the text holds."""
    zoned = instant_of(f"try_cast({text} as timestamptz)")
    local = local_to_utc(f"try_cast({text} as timestamp)", time_zone)
    return (
        f"case when {is_iso_zoned(text)} then {zoned} "
        f"when {is_iso_local(text)} then {local} end"
    )


def excel_timestamp(text: str) -> str:
    """Excel's serial number (1900 system), to the second.

    Serials before 61 (1 March 1900) are refused: Excel counts a 29 February 1900.
    """
    serial = f"try_cast({text} as double)"
    return (
        f"case when {serial} >= 61 and {serial} < 2958466 then "
        f"make_timestamp(round(({serial} - 25569) * 86400)::bigint * 1000000) end"
    )


def formatted_instant(text: str, pattern: str, source: ColumnSource) -> str:
    """A text in one declared format as the UTC timestamp."""
    if pattern == EXCEL_SERIAL:
        return local_to_utc(excel_timestamp(text), source.time_zone)
    if source.time_zone_names is not None and pattern.endswith("%Z"):
        return _named_zone(text, pattern[:-2].rstrip(), source.time_zone_names)
    if "%z" in pattern:
        offset = rf"regexp_replace({text}, '[zZ]$', '+00:00')"
        return instant_of(f"try_strptime({offset}, {literal(pattern)})")
    parsed = f"try_strptime({text}, {literal(pattern)})"
    return local_to_utc(parsed, source.time_zone)


def _named_zone(text: str, pattern: str, names: dict[str, str]) -> str:
    """A local time followed by an abbreviation with a declared offset."""
    name = f"upper(regexp_extract({text}, '([A-Za-z]+)$', 1))"
    local = rf"trim(regexp_replace({text}, '[A-Za-z]+$', ''))"
    cases = " ".join(
        f"when {literal(key.upper())} then to_minutes({_minutes(offset)})"
        for key, offset in names.items()
    )
    parsed = local_to_utc(f"try_strptime({local}, {literal(pattern)})", None)
    return f"{parsed} - case {name} {cases} end"


def _minutes(offset: str) -> int:
    sign = -1 if offset[0] == "-" else 1
    return sign * (int(offset[1:3]) * 60 + int(offset[4:6]))


def instant(text: str, source: ColumnSource) -> str:
    """The UTC timestamp of a text, by its formats in order, else ISO 8601."""
    if not source.formats:
        return iso_instant(text, source.time_zone)
    tried = [formatted_instant(text, item, source) for item in source.formats]
    return tried[0] if len(tried) == 1 else f"coalesce({', '.join(tried)})"


def date(text: str, source: ColumnSource) -> str:
    """The date of a text: of a declared format its date, else ISO without a time."""
    local = source.model_copy(update={"time_zone": None})
    moment = instant(text, local)
    if source.formats:
        return f"({moment})::date"
    return (
        f"case when ({moment}) = date_trunc('day', {moment}) then ({moment})::date end"
    )


def boolean(text: str) -> str:
    """true, t, yes, y, 1 and their opposites, in any case."""
    return (
        f"case when lower({text}) in ('true', 't', 'yes', 'y', '1') then true "
        f"when lower({text}) in ('false', 'f', 'no', 'n', '0') then false end"
    )


def finite(number: str) -> str:
    """A double that is a number."""
    return f"case when isfinite({number}) then {number} end"


def exact(number: str, sql_type: str) -> str:
    """The number in a narrower type, NULL where that would change it."""
    # The lambda gives the number a name: repeated, it would be read three times.
    narrow = f"try_cast(n as {sql_type})"
    kept = f"case when {narrow} = n then {narrow} end"
    return f"list_transform([{number}], lambda n: {kept})[1]"


def typed(text: str, kind: ColumnType, source: ColumnSource) -> str:
    """The value of a text in the type of its feed column; NULL where it has none."""
    if kind == "text":
        return text
    if kind == "date":
        return date(text, source)
    if kind == "instant":
        return instant(text, source)
    if kind == "boolean":
        return boolean(text)
    number = number_text(text, source)
    if kind == "number":
        return finite(f"try_cast({number} as double)")
    return exact(precise(number), "bigint" if kind == "integer" else "decimal(18, 4)")
