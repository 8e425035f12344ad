"""The fast reading path: typed values of a clean file, read in parallel.

A record that breaks a rule is left out, so that the count of what was read falls short
of the independent count, and the file is read with more care. Rows come in any order:
each part of the file numbers its own records.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.extracts.contract import Contract
from pipelines.extracts.incoming import UNREADABLE, Source
from pipelines.extracts.mapping import Mapping
from pipelines.extracts.parts import Part, cut_text, flowing
from pipelines.extracts.prelude import dialect_of
from pipelines.extracts.read_csv import csv_relation, signs_of
from pipelines.extracts.record_sql import about_record


@dataclass(frozen=True)
class Unread:
    """A select that yields what `staged` would hold, over a text that flows by.

    Args:
        sql: With a mark for each of the values that `reading` gives.
    """

    sql: str
    text: Path
    parts: tuple[Part, ...]
    signs: tuple[str, ...]

    @contextmanager
    def reading(self) -> Iterator[list[str]]:
        """The values to bind, for one reading."""
        with flowing(self.text, self.parts) as names:
            yield [value for name in names for value in (name, *self.signs)]


def fast_select(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    contract: Contract,
    mapping: Mapping,
) -> Unread | None:
    """The typed reading of a file that DuckDB can cut itself."""
    scan = source.scan
    if contract.survey or not source.can_skip_the_tokenizer or scan.text is None:
        return None
    if "record_number" in mapping.fast_values:
        # A value that is the number itself cannot be computed before there is one.
        return None
    row = connection.execute("select current_setting('threads')").fetchone()
    threads = int(row[0]) if row else 1
    size = scan.text.stat().st_size
    parts = cut_text(size, scan.skip_lines, scan.cuts, most=threads)
    dialect = dialect_of(source.file_format)
    numbered = [_numbered(part, mapping, scan.longest) for part in parts]
    names = [one.name for one in mapping.columns]
    sql = (
        f"select record_number, {', '.join(names)}, {about_record(mapping)}"
        f" from ({' union all '.join(numbered)}) where {mapping.fast_condition}"
    )
    return Unread(sql, scan.text, parts, signs_of(dialect))


def _numbered(part: Part, mapping: Mapping, longest: int) -> str:
    """The records of a part, each with its number, its cells and its values.

    Numbering keeps the order of the part, and gives up reading it in parallel. It also
    keeps the condition above from computing the values a second time.
    """
    relation = csv_relation(mapping.fast_cell_types, part.skip_lines, longest)
    return (
        f"select {part.records_before:d} + row_number() over () as record_number, *"
        f" from (select *, {mapping.fast_values} from {relation})"
    )


def stage_fast(
    connection: duckdb.DuckDBPyConnection, source: Source, unread: Unread | None
) -> int | None:
    """Read typed values at once; the number of records, or nothing if that failed."""
    if unread is None:
        return None
    try:
        with in_any_order(connection), unread.reading() as values:
            connection.execute(f"create temp table staged as {unread.sql}", values)
    except UNREADABLE:
        return None
    row = connection.execute("select count(*) from staged").fetchone()
    if row is not None and row[0] == source.scan.records:
        return source.scan.records
    connection.execute("drop table temp.staged")
    return None


@contextmanager
def in_any_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let rows be inserted in any order: they know their numbers."""
    _keep_order(connection, "false")
    try:
        yield
    finally:
        _keep_order(connection, "true")


def _keep_order(connection: duckdb.DuckDBPyConnection, value: str) -> None:
    # It is a setting of the database, and a transaction that failed takes no more
    # statements: so it is set from beside.
    with connection.cursor() as beside:
        beside.execute(f"set preserve_insertion_order = {value}")
