"""The records of a file as a relation of text cells, whatever its format.

Makes the temporary relation `incoming(record_number, c1, c2, ...)` and reconciles it
with a count that was made without its reader. What the cells mean is in `mapping.py`.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import FitmartError
from pipelines.extracts.cells import NORMALISED, CellWriter
from pipelines.extracts.contract import FileFormat
from pipelines.extracts.limits import Limits
from pipelines.extracts.prelude import dialect_of
from pipelines.extracts.read_csv import (
    can_be_read,
    create_incoming_from_normalised,
    create_incoming_from_text,
)
from pipelines.extracts.read_jsonl import jsonl_header, read_jsonl
from pipelines.extracts.read_parquet import create_incoming_from_parquet, parquet_shape
from pipelines.extracts.read_records import raw_records, read_records
from pipelines.extracts.read_xlsx import (
    check_workbook,
    count_rows,
    read_xlsx,
    xlsx_header,
)
from pipelines.extracts.rejects import RejectWriter
from pipelines.extracts.scan import Scan

UNREADABLE = (
    duckdb.ConversionException,
    duckdb.InvalidInputException,
    duckdb.OutOfRangeException,
)
"""What DuckDB raises for a text that it cannot read as declared."""


@dataclass(frozen=True)
class Source:
    """A scanned file and where it may be prepared.

    Args:
        path: The file as it was delivered.
        link: The same under a name without wildcards, for DuckDB.
        file_format: As its contract declares it.
        spool: A folder of its own for copies.
    """

    path: Path
    link: Path
    file_format: FileFormat
    scan: Scan
    limits: Limits
    spool: Path

    @property
    def is_delimited(self) -> bool:
        return self.file_format.type in ("csv", "tsv")

    @property
    def can_skip_the_tokenizer(self) -> bool:
        """Whether DuckDB may read the text itself."""
        return (
            self.is_delimited
            and self.scan.records is not None
            and can_be_read(dialect_of(self.file_format))
        )


def header_rows(source: Source) -> tuple[tuple[str, ...], ...]:
    """Cells of the header rows; of formats with named values, the names.

    Raises:
        FitmartError: The file is damaged or has no header, or too many columns.
    """
    path, file_format = source.path, source.file_format
    rows: tuple[tuple[str, ...], ...]
    match file_format.type:
        case "csv" | "tsv":
            rows = source.scan.header
        case "jsonl":
            rows = (jsonl_header(path, file_format, source.limits),)
        case "parquet":
            rows = (parquet_shape(path, source.limits)[0],)
        case "xlsx":
            check_workbook(path, source.limits)
            rows = xlsx_header(path, file_format)
    if any(len(row) > source.limits.cells for row in rows):
        raise FitmartError(
            f"the header has more than {source.limits.cells} columns",
            file=path.name,
            rule="cells",
            remedy="Check the delimiter, or raise FITMART_MAX_CELLS.",
        )
    return rows


def create_incoming_as_text(
    connection: duckdb.DuckDBPyConnection, source: Source, width: int
) -> int | None:
    """Let DuckDB read the text; the number of records, or nothing if that failed."""
    scan = source.scan
    if not source.can_skip_the_tokenizer or scan.text is None:
        return None
    try:
        create_incoming_from_text(
            connection,
            scan.text,
            dialect_of(source.file_format),
            width,
            skip_lines=scan.skip_lines,
            longest=scan.longest,
        )
    except UNREADABLE:
        return None
    return scan.records if count_incoming(connection) == scan.records else None


def create_incoming_by_record(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    width: int,
    rejects: RejectWriter,
    read: frozenset[int] = frozenset(),
) -> int:
    """Read every record in Python, or parquet in DuckDB; how many there are.

    Args:
        read: Positions of the columns that the contract reads, from 1.

    Raises:
        FitmartError: The file is damaged, or two counts of its records disagree.
    """
    path, file_format, limits = source.path, source.file_format, source.limits
    if file_format.type == "parquet":
        create_incoming_from_parquet(connection, source.link, width)
        count = count_incoming(connection)
        _agree(path, count, parquet_shape(path, limits)[1])
        return count
    with CellWriter(source.spool / NORMALISED) as cells:
        if file_format.type == "jsonl":
            header = jsonl_header(path, file_format, limits)
            count = read_jsonl(path, file_format, limits, cells, rejects, header=header)
            expected = source.scan.records
        elif file_format.type == "xlsx":
            count = read_xlsx(path, file_format, width, cells, rejects)
            expected = count_rows(path, file_format, read)
        else:
            count = read_records(path, file_format, limits, cells, rejects, width=width)
            # Quotes that do not pair up have no count; bytes were tallied instead.
            is_lined = file_format.delimiter == "whitespace"
            expected = source.scan.records if is_lined else None
    if expected is not None:
        _agree(path, count, expected)
    create_incoming_from_normalised(connection, source.spool, width, cells.longest)
    _agree(path, count_incoming(connection) + rejects.count, count)
    return count


def raw_texts(
    connection: duckdb.DuckDBPyConnection, source: Source, numbers: list[int]
) -> dict[int, bytes]:
    """The records with these numbers as they were delivered.

    Of binary formats, which have no text of their own, the cells as a JSON list.
    """
    if source.file_format.type in ("xlsx", "parquet"):
        rows = connection.execute(
            "select * from incoming where record_number in (select unnest(?))",
            [numbers],
        ).fetchall()
        return {
            number: json.dumps(cells, ensure_ascii=False).encode()
            for number, *cells in rows
        }
    return raw_records(source.path, source.file_format, source.limits, numbers)


def count_incoming(connection: duckdb.DuckDBPyConnection) -> int:
    """Number of records in `incoming`."""
    row = connection.execute("select count(*) from incoming").fetchone()
    return int(row[0]) if row else 0


def drop_incoming(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget the records of the last file."""
    for name in ("incoming", "cells"):
        found = connection.execute(
            "select table_type from information_schema.tables"
            " where table_catalog = 'temp' and table_name = ?",
            [name],
        ).fetchone()
        if found:
            kind = "view" if found[0] == "VIEW" else "table"
            connection.execute(f"drop {kind} temp.{name}")


def _agree(path: Path, count: int, expected: int) -> None:
    if count != expected:
        raise FitmartError(
            f"one way of counting finds {expected} records, another {count}",
            file=path.name,
            rule="counts_agree",
            remedy="Report this file; it was kept and nothing of it was loaded.",
        )
