"""From when a record holds, whether it is deleted, and which version it is, as SQL."""

from dataclasses import dataclass

from pipelines.extracts.contract import Contract
from pipelines.extracts.mapped import Rule
from pipelines.extracts.resolved_cells import ResolvedCells
from pipelines.extracts.transforms import literal, literals, number_text, typed

FILE_NAME = "getvariable('fitmart_file_name')::varchar"


@dataclass(frozen=True)
class RecordExpression:
    """SQL of something that a record has beside its columns; None when undeclared."""

    sql: str | None = None
    cells: tuple[int, ...] = ()
    rules: tuple[Rule, ...] = ()


def effective_at(contract: Contract, cells: ResolvedCells) -> RecordExpression:
    """From when the record holds (UTC)."""
    declared = contract.records.effective_at
    if declared is None:
        return RecordExpression()
    used: tuple[int, ...] = ()
    if declared.file_name is not None:
        pattern = literal(declared.file_name)
        text = f"nullif(regexp_extract({FILE_NAME}, {pattern}, 1), '')"
    elif declared.column is not None:
        found = cells.text(declared.column, "records.effective_at", None)
        text, used = found.sql, found.cells
    else:
        text = f"{literal(declared.constant or '')}::varchar"
    sql = typed(text, "instant", declared.source)
    return RecordExpression(sql, used, (_readable("effective_at", sql),))


_WHOLE = 9_000_000_000_000
_LARGEST = 200_000_000_000_000_000
"""Of version numbers: those below `_WHOLE` are ranked with six decimals."""


def version(contract: Contract, cells: ResolvedCells) -> RecordExpression:
    """What orders the records of one key."""
    declared = contract.records.version
    if declared is None:
        return RecordExpression()
    found = cells.text(declared.column, "records.version", None)
    if declared.type == "number":
        # Not as a double, which takes numbers of 17 digits for each other.
        number = number_text(found.sql, declared.source)
        exact = f"try_cast({number} as decimal(25, 6))"
        sql = f"case when {exact} between -{_WHOLE} and {_LARGEST} then {exact} end"
    else:
        sql = typed(found.sql, declared.type, declared.source)
    return RecordExpression(sql, found.cells, (_readable("version", sql),))


def number_rank_sql(number: str) -> str:
    """The time that stands for a version number: the raw table ranks by time.

    So many seconds; from 9e12 on, where no more seconds fit, so many microseconds more.
    """
    return (
        f"make_timestamp(case when {number} < {_WHOLE}"
        f" then ({number} * 1000000)::bigint"
        f" else 1000000 * {_WHOLE} + ({number} - {_WHOLE})::bigint end)"
    )


def deleted_when(contract: Contract, cells: ResolvedCells) -> RecordExpression:
    """Whether the record is a soft delete."""
    declared = contract.records.deleted_when
    if declared is None:
        return RecordExpression()
    found = cells.text(declared.column, "records.deleted_when", ())
    sql = f"coalesce({found.sql} in ({literals(declared.values)}), false)"
    return RecordExpression(sql, found.cells)


def _readable(name: str, sql: str) -> Rule:
    return Rule(
        name=f"{name}_is_readable",
        column=name,
        broken=f"(({sql}) is null)",
        reason=f"{name} is empty or cannot be read.",
        remedy=f"Correct the record or the file name, or records.{name}.",
    )
