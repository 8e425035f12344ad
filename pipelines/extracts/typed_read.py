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
from pipelines.extracts.transforms import EARLIEST, LATEST

FAST_TYPE: dict[ColumnType, str] = {
    "money": "decimal(18, 8)",
    "integer": "decimal(18, 8)",
    "number": "double",
    "instant": "timestamptz",
    "date": "timestamptz",
}


def unbroken(rules: Iterable[Rule]) -> str:
    """SQL that is true where no rule is broken; empty without rules."""
    broken = [rule.broken for rule in rules]
    return f"not ({' or '.join(broken)})" if broken else ""


def typed_read(mapped: MappedColumn, column: FeedColumn) -> MappedColumn:
    """The column with the type and expression of a fast read; text stays as it is."""
    fast_type = FAST_TYPE.get(column.type)
    if fast_type is None:
        return mapped
    cell = f"c{mapped.cells[0]}"
    value, holds = _value_and_condition(cell, column.type)
    return replace(
        mapped,
        fast_type=fast_type,
        fast_expression=value,
        # Of an empty required cell the condition is null, which does not pass either.
        fast_condition=holds if column.required else f"{cell} is null or ({holds})",
    )


def _value_and_condition(cell: str, kind: ColumnType) -> tuple[str, str]:
    if kind == "number":
        return cell, f"isfinite({cell})"
    if kind in ("money", "integer"):
        narrow = "decimal(18, 4)" if kind == "money" else "bigint"
        return f"{cell}::{narrow}", f"{cell} = {cell}::{narrow}"
    moment = f"make_timestamp(epoch_us({cell}))"
    # The word `epoch` is read as the first moment of 1970.
    believable = (
        f"{cell} >= timestamptz '{EARLIEST}' and {cell} < timestamptz '{LATEST}' "
        f"and {cell} <> timestamptz '1970-01-01'"
    )
    if kind == "instant":
        return moment, believable
    return (
        f"{moment}::date",
        f"case when {believable} then {moment} = {moment}::date end",
    )
