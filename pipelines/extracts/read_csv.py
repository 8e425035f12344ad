"""DuckDB reads a text that was scanned before: typed and fast, or as text.

Strict, with every column declared and nothing ignored; whether it read everything is
for the caller to reconcile with the independent count.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.extracts.cells import NORMALISED
from pipelines.extracts.records import Dialect

_LEAST_LINE = 2_000_000
"""DuckDB's own default; a longer line gets as much room as it needs."""


def csv_relation(types: Sequence[str], skip_lines: int, longest: int) -> str:
    """SQL of a strict `read_csv` with cells `c1`, `c2`, ...

    Bound to it are the text and the signs of its dialect.
    """
    columns = ", ".join(f"'c{n}': '{kind}'" for n, kind in enumerate(types, start=1))
    return (
        f"read_csv(?, columns = {{{columns}}}, delim = ?, quote = ?, escape = ?,"
        f" skip = {skip_lines:d}, max_line_size = {_room(longest):d},"
        " header = false, auto_detect = false, strict_mode = true,"
        " null_padding = false, ignore_errors = false, comment = '',"
        " compression = 'none', encoding = 'utf-8', allow_quoted_nulls = true)"
    )


def signs_of(dialect: Dialect) -> tuple[str, ...]:
    """What is bound to a `csv_relation` after the text."""
    return (dialect.delimiter, dialect.quote, dialect.escape)


def can_be_read(dialect: Dialect) -> bool:
    """Whether DuckDB can cut this dialect at all."""
    signs = dialect.delimiter + dialect.quote + dialect.escape
    return dialect.delimiter != "whitespace" and signs.isascii()


def create_incoming_from_text(
    connection: duckdb.DuckDBPyConnection,
    text: Path,
    dialect: Dialect,
    width: int,
    *,
    skip_lines: int,
    longest: int,
) -> None:
    """Make `incoming` from a text: every cell as text, records numbered in order."""
    relation = csv_relation(["varchar"] * width, skip_lines, longest)
    connection.execute(
        f"create temp table cells as from {relation}", [str(text), *signs_of(dialect)]
    )
    connection.execute(
        "create temp view incoming as select rowid + 1 as record_number, * from cells"
    )


def create_incoming_from_normalised(
    connection: duckdb.DuckDBPyConnection, spool: Path, width: int, longest: int
) -> None:
    """Make `incoming` from the normalised file, which brings record numbers along."""
    columns = ", ".join(
        ["'record_number': 'bigint'", *(f"'c{n + 1}': 'varchar'" for n in range(width))]
    )
    connection.execute(
        f"create temp table incoming as from read_csv(?, columns = {{{columns}}},"
        " delim = ',', quote = '\"', escape = '\"', header = false,"
        " auto_detect = false, strict_mode = true, allow_quoted_nulls = false,"
        # Ours. A cell may hold others, which DuckDB would take for those of the file.
        " new_line = '\\n',"
        f" max_line_size = {_room(longest):d})",
        [str(spool / NORMALISED)],
    )


def _room(longest: int) -> int:
    return max(_LEAST_LINE, longest + 1024)
