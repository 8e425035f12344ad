"""What stands before the first record of a text: title lines and header rows.

Also how a format's bytes are cut. The pass over the whole file is in `scan.py`.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.errors import FitmartError
from pipelines.extracts.contract import FileFormat
from pipelines.extracts.decode import (
    check_encoding,
    decompressed,
    errors_mode,
    is_ascii_transparent,
)
from pipelines.extracts.limits import Limits
from pipelines.extracts.records import Dialect, Reader
from pipelines.extracts.transcode import transcoded, without_mark


@dataclass(frozen=True)
class Prelude:
    """What stands before the first record.

    Args:
        header: Cells of the header rows.
        size: Length in bytes of UTF-8, without a byte-order mark.
        lines: Physical lines.
        is_simple: A reader that skips lines skips exactly this.
    """

    header: tuple[tuple[str, ...], ...]
    size: int
    lines: int
    is_simple: bool


def dialect_of(file_format: FileFormat) -> Dialect:
    """How the bytes of a text format are to be cut."""
    delimiter = "\t" if file_format.type == "tsv" else file_format.delimiter
    is_quoted = file_format.type in ("csv", "tsv") and delimiter != "whitespace"
    return Dialect(
        delimiter=delimiter,
        quote=file_format.quote if is_quoted else "",
        escape=file_format.escape if is_quoted else "",
        encoding=check_encoding(file_format.encoding),
        errors=errors_mode(file_format),
    )


def read_prelude(
    path: Path, file_format: FileFormat, dialect: Dialect, limits: Limits
) -> Prelude:
    """Title lines, header rows and the rows after them."""
    reader, header = open_records(path, file_format, dialect, limits)
    rows = file_format.skip_rows + file_format.header_rows
    rows += file_format.skip_rows_after_header
    return Prelude(
        header=header,
        size=reader.text_size,
        lines=reader.lines,
        is_simple=reader.lines == rows and not reader.has_bare_cr,
    )


def open_records(
    path: Path,
    file_format: FileFormat,
    dialect: Dialect,
    limits: Limits,
    with_cells: bool = True,
) -> tuple[Reader, tuple[tuple[str, ...], ...]]:
    """A reader that stands before the first record, and the cells of the header rows.

    Raises:
        FitmartError: The header is missing or broken.
    """
    chunks = decompressed(path, file_format, limits)
    if is_ascii_transparent(dialect.encoding):
        chunks = without_mark(path, chunks, dialect)
    else:
        chunks = transcoded(path, chunks, dialect)
        dialect = replace(dialect, encoding="utf-8", errors="strict")
    reader = Reader(chunks, dialect, limits, with_cells)
    if file_format.type == "jsonl":
        return reader, ()
    for _ in range(file_format.skip_rows):
        reader.skip_line()
    header: list[tuple[str, ...]] = []
    for _ in range(file_format.header_rows):
        record = reader.next_record()
        if record is None or record.broken or reader.size > limits.header_bytes:
            fault = "missing" if record is None else record.broken or "too_long"
            raise FitmartError(
                f"the header cannot be read ({fault.replace('_', ' ')})",
                file=path.name,
                rule="header_is_readable",
                remedy="Check the file, or correct encoding, skip_rows and "
                "header_rows in the contract.",
            )
        header.append(record.cells)
    for _ in range(file_format.skip_rows_after_header):
        reader.next_record()
    return reader, tuple(header)
