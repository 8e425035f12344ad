"""What a contract means in SQL: typed values, rules, and the fast way to the same.

Whatever its format, a file is offered to this SQL as a relation with the columns
`record_number bigint, c1 varchar, c2 varchar, ...` in header order: untrimmed text,
NULL where the format itself has a null. The single transforms are in `transforms.py`,
names of columns in `header.py`, wide surveys in `survey.py`, the value and the rules of
one column in `mapped_column.py`; running the SQL is not done here.

The connection that runs it must have
- `set timezone = 'UTC'` (texts without an offset are UTC),
- a macro `keyed_hash(text)`,
- `set variable fitmart_file_name = '...'` where the file name says `effective_at`.
"""

from collections import Counter
from dataclasses import dataclass, replace

from pipelines.extracts.contract import Contract
from pipelines.extracts.feed import Feed
from pipelines.extracts.mapped import MappedColumn, Rule
from pipelines.extracts.mapped_column import map_column
from pipelines.extracts.record_times import (
    deleted_when,
    effective_at,
    version,
)
from pipelines.extracts.resolved_cells import ResolvedCells
from pipelines.extracts.survey import MappedQuestion, map_questions
from pipelines.extracts.typed_read import unbroken

__all__ = ["MappedColumn", "Mapping", "Rule", "map_columns"]


@dataclass(frozen=True)
class Mapping:
    """A contract, applied to the header of one file.

    Args:
        columns: All raw columns of the feed in order; unmapped ones are typed NULLs.
        rules: What makes a record a reject, in the order in which reasons are named;
            those of survey questions included.
        fast_cell_types: Type of each cell of the file for the fast `read_csv`.
        fast_condition: SQL over such cells and `fast_values`: true where the record
            keeps every rule.
        questions: The questions of a survey; `survey.py` has the SQL of their answers.
        effective_at: SQL for from when the record holds; None in append mode.
        is_deleted: SQL boolean, never null.
        version: SQL whose highest value wins among append records of one key.
    """

    columns: tuple[MappedColumn, ...]
    rules: tuple[Rule, ...]
    fast_cell_types: tuple[str, ...]
    fast_condition: str
    questions: tuple[MappedQuestion, ...]
    effective_at: str | None
    is_deleted: str
    version: str | None

    @property
    def fast_values(self) -> str:
        """SQL of all raw columns over such cells, each under its name."""
        return ", ".join(f"{one.fast_expression} as {one.name}" for one in self.columns)


def map_columns(
    contract: Contract, feed: Feed, header: tuple[str, ...], *, is_ascii: bool = False
) -> Mapping:
    """The SQL that turns records of a file with this header into rows of the feed.

    Args:
        is_ascii: No text of the file holds any other character.

    Raises:
        FitmartError: A mapped column is missing against the drift policy, or its name
            stands twice in the header.
    """
    cells = ResolvedCells(contract, header, is_ascii)
    columns: list[MappedColumn] = []
    rules: list[Rule] = []
    for name, column in feed.columns.items():
        source = contract.columns.get(name)
        mapped, broken_by = map_column(name, column, source, cells)
        columns += mapped
        rules += broken_by
    holds_from = effective_at(contract, cells)
    ordered_by = version(contract, cells)
    is_deleted = deleted_when(contract, cells)
    questions = map_questions(contract, cells)
    others = (*holds_from.rules, *ordered_by.rules)
    others += tuple(rule for question in questions for rule in question.rules)
    text_cells = {
        *holds_from.cells,
        *ordered_by.cells,
        *is_deleted.cells,
        *(cell for question in questions for cell in question.cells),
    }
    columns = _with_shared_cells_as_text(columns, text_cells)
    return Mapping(
        columns=tuple(columns),
        rules=(*rules, *others),
        fast_cell_types=_fast_cell_types(columns, len(header)),
        fast_condition=_fast_condition(columns, others),
        questions=questions,
        effective_at=holds_from.sql,
        is_deleted=is_deleted.sql or "false",
        version=ordered_by.sql,
    )


def _with_shared_cells_as_text(
    columns: list[MappedColumn], text_cells: set[int]
) -> list[MappedColumn]:
    """A cell has one type in a file: what several expressions read stays text."""
    uses = Counter(cell for column in columns for cell in set(column.cells))
    return [
        replace(
            column,
            fast_type="varchar",
            fast_expression=column.expression,
            fast_condition=column.condition,
        )
        if any(uses[cell] > 1 or cell in text_cells for cell in column.cells)
        else column
        for column in columns
    ]


def _fast_condition(columns: list[MappedColumn], others: tuple[Rule, ...]) -> str:
    """All conditions of a fast read, those that belong to no column included."""
    conditions = [*(column.fast_condition for column in columns), unbroken(others)]
    return " and ".join(f"({one})" for one in conditions if one) or "true"


def _fast_cell_types(columns: list[MappedColumn], width: int) -> tuple[str, ...]:
    types = {
        cell: column.fast_type
        for column in columns
        if column.fast_type != "varchar"
        for cell in column.cells
    }
    return tuple(types.get(position, "varchar") for position in range(1, width + 1))
