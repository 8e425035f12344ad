"""Letting `read_csv` deliver typed cells without losing what rules would notice.

DuckDB's own casts are generous: `12.5` is read into a bigint as 13, an amount is
rounded to the decimals of its type, a date drops its time, a timestamp its offset. So
each cell is read into a type that keeps what was lost, and a condition tells where the
careful way would see a broken rule. A record that fails it is left out of the fast
read, which then comes out short and is not used: no record is lost by it.
"""

from collections.abc import Iterable
from dataclasses import replace

from pipelines.extracts.feed import ColumnType, FeedColumn
from pipelines.extracts.mapped import MappedColumn, Rule
from pipelines.extracts.transforms import (
    EARLIEST,
    LATEST,
    is_iso_local,
    is_iso_zoned,
)

FAST_TYPE: dict[ColumnType, str] = {
    "text": "varchar",
    "money": "decimal(18, 8)",
    "integer": "decimal(18, 8)",
    "number": "double",
    "instant": "varchar",
    "date": "varchar",
}

_DATE, _SECOND = "____-__-__", "____-__-__ __:__:__"
"""Texts of a time in which there is no room for an offset but `Z`."""


def unbroken(rules: Iterable[Rule]) -> str:
    """SQL that is true where no rule is broken; empty without rules."""
    broken = [rule.broken for rule in rules]
    return f"not ({' or '.join(broken)})" if broken else ""


def typed_read(
    mapped: MappedColumn, column: FeedColumn, is_ascii: bool
) -> MappedColumn:
    """The column with the type, expression and condition of a fast read."""
    fast_type = FAST_TYPE.get(column.type)
    if fast_type is None or column.personal is not None:
        return mapped
    cell = f"c{mapped.cells[0]}"
    value, holds = _value_and_condition(cell, mapped.name, column.type, is_ascii)
    # Of an empty required cell the condition is null, which does not pass either.
    optional = f"{cell} is null or ({holds})" if holds else ""
    return replace(
        mapped,
        fast_type=fast_type,
        fast_expression=value,
        fast_condition=(holds or f"{mapped.name} is not null")
        if column.required
        else optional,
    )


def _value_and_condition(
    cell: str, name: str, kind: ColumnType, is_ascii: bool
) -> tuple[str, str]:
    """SQL of the value of a cell, and of what the value, under its name, must hold."""
    if kind == "text":
        return _trimmed(cell, is_ascii), ""
    if kind == "number":
        return cell, f"isfinite({cell})"
    if kind in ("money", "integer"):
        narrow = "decimal(18, 4)" if kind == "money" else "bigint"
        # Compared in the type of the cell: decimals of two types are compared in 128
        # bits, at several times the cost.
        return f"{cell}::{narrow}", f"{cell} = {name}::{FAST_TYPE[kind]}"
    return _time(cell, name, kind)


def _trimmed(cell: str, is_ascii: bool) -> str:
    """The text without outer blanks; most texts hold none, and need no trimming."""
    may_have_blanks = f"contains({cell}, ' ')"
    if not is_ascii:
        may_have_blanks += f" or length({cell}) <> strlen({cell})"
    return f"case when {may_have_blanks} then nullif(trim({cell}), '') else {cell} end"


def _time(cell: str, name: str, kind: ColumnType) -> tuple[str, str]:
    """A text without an offset is read at once, others with the calendar library; what
    is not ISO 8601 has no value here, and is not believable."""
    zoned = f"make_timestamp(epoch_us({cell}::timestamptz))"
    shape, sql_type, slow = _SECOND, "timestamp", zoned
    if kind == "date":
        shape, sql_type, slow = _DATE, "date", f"{zoned}::date"
    is_plain = f"{cell} like '{shape}'"
    is_iso = f"{is_iso_zoned(cell)} or {is_iso_local(cell)}"
    value = (
        f"case when {is_plain} then {cell}::{sql_type} when {is_iso} then {slow} end"
    )
    holds = f"{name} >= {sql_type} '{EARLIEST}' and {name} < {sql_type} '{LATEST}'"
    if kind == "date":
        # Of a longer text the time must be midnight.
        holds += f" and ({is_plain} or {zoned} = {name})"
    return value, holds
