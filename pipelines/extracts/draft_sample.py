"""The first rows of a file whose format nobody has declared yet.

Reads at most a few megabytes. What the columns mean is guessed in `draft.py`.
"""

import csv
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import duckdb
import openpyxl
import zstandard

from pipelines.errors import FitmartError

SAMPLE_BYTES = 2_000_000
SAMPLE_ROWS = 500
UNREADABLE = (
    csv.Error,
    duckdb.Error,
    gzip.BadGzipFile,
    json.JSONDecodeError,
    zipfile.BadZipFile,
    zlib.error,
    zstandard.ZstdError,
    EOFError,
    KeyError,
)
"""What readers of formats say to a file that is cut off, or of another format."""

_DELIMITERS = (",", ";", "\t", "|")
_SUFFIX_TYPES = {".xlsx": "xlsx", ".jsonl": "jsonl", ".parquet": "parquet"}


@dataclass(frozen=True)
class Sample:
    """What is known of a file from its beginning.

    Args:
        keys: Keys of `format` in a contract, such as type and delimiter.
        header: Names of the columns.
        rows: Cells of the first records.
        notes: Sentences for the person who edits the draft.
    """

    keys: dict[str, Any]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = field(default=())

    def column(self, position: int) -> list[str]:
        """The cells of a column (from 1) that are not empty."""
        cells = (row[position - 1] for row in self.rows if position <= len(row))
        return [cell.strip() for cell in cells if cell.strip()]


def take_sample(path: Path) -> Sample:
    """The beginning of a file and the format that it seems to have.

    Raises:
        FitmartError: It has no record that can be read.
    """
    try:
        return _sampled(path)
    except UNREADABLE as error:
        reason = str(error).strip().partition("\n")[0]
        raise FitmartError(
            f"this file does not read as its name says: {reason}",
            file=str(path),
            rule="sample_is_readable",
            remedy="Check that the file is whole, and ends in .csv, .tsv, .xlsx, "
            ".jsonl or .parquet, as it is.",
        ) from error


def _sampled(path: Path) -> Sample:
    suffix = Path(path.name.removesuffix(".gz").removesuffix(".zst")).suffix.lower()
    kind = _SUFFIX_TYPES.get(suffix, "csv")
    if kind == "xlsx":
        sample = _from_rows({"type": "xlsx"}, _xlsx_rows(path))
    elif kind == "parquet":
        sample = _parquet(path)
    elif kind == "jsonl":
        sample = _jsonl(_text(path)[0])
    else:
        sample = _delimited(path)
    if not sample.header:
        raise FitmartError(
            "the file has no header and no record",
            file=path.name,
            rule="sample_has_records",
            remedy="Draft the contract from an extract that has records.",
        )
    if any("\0" in name for name in sample.header):
        raise FitmartError(
            "the header holds NUL bytes: this is no text, or in UTF-16",
            file=path.name,
            rule="sample_is_text",
            remedy="Export it as CSV in UTF-8, or give the file its proper ending.",
        )
    return sample


def _text(path: Path) -> tuple[str, str]:
    """The beginning as text without its last, cut line; and its encoding."""
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        stream = cast(BinaryIO, file)
        if magic[:2] == b"\x1f\x8b":
            stream = cast(BinaryIO, gzip.GzipFile(fileobj=file))
        elif magic == b"\x28\xb5\x2f\xfd":
            stream = zstandard.ZstdDecompressor().stream_reader(file)
        content = stream.read(SAMPLE_BYTES)
    if len(content) == SAMPLE_BYTES:
        content = content[: content.rfind(b"\n") + 1]
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        # Bytes that windows-1252 leaves undefined are read as browsers do.
        text = "".join(
            bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in content
        )
        return text, "windows-1252"


def _delimited(path: Path) -> Sample:
    text, encoding = _text(path)
    keys: dict[str, Any] = {"type": "csv"}
    notes: list[str] = []
    if encoding != "utf-8":
        keys |= {"encoding": encoding}
        notes.append(f"Not UTF-8, so probably {encoding}: check accented letters.")
        if any("\x80" <= sign <= "\x9f" for sign in text):
            keys |= {"undefined_bytes": "keep"}
    lines = text.splitlines()[:50]
    widths = {sign: _width(lines, sign) for sign in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda sign: widths[sign])
    if widths[delimiter] < 2 and all(len(line.split()) > 1 for line in lines if line):
        rows = (line.split() for line in text.splitlines() if line.strip())
        return _from_rows(keys | {"delimiter": "whitespace"}, rows, notes)
    if delimiter != ",":
        keys |= {"delimiter": delimiter}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return _from_rows(keys, reader, notes)


def _width(lines: list[str], delimiter: str) -> int:
    """How many cells most rows have, 0 when few agree."""
    widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    if not widths:
        return 0
    common = max(set(widths), key=widths.count)
    return common if widths.count(common) * 2 >= len(widths) else 0


def _from_rows(
    keys: dict[str, Any], rows: Iterator[list[str]], notes: list[str] | None = None
) -> Sample:
    """Tell header rows from records."""
    taken = [row for _, row in zip(range(SAMPLE_ROWS), rows, strict=False)]
    said = list(notes or ())
    if not taken:
        return Sample(keys, (), ())
    if _looks_like_data(taken[0]):
        names = [f"column_{number}" for number, _ in enumerate(taken[0], start=1)]
        said.append("The first row looks like data: name the columns yourself.")
        keys |= {"header_rows": 0, "column_names": names}
        return Sample(keys, tuple(names), _tuples(taken), tuple(said))
    head, skip, note = _header_form(taken)
    if head > 1:
        keys |= {"header_rows": head, "fill_header": True}
    if skip:
        keys |= {"skip_rows_after_header": skip}
    said += [note] if note else []
    header = tuple(name.strip() for name in taken[0])
    if head > 1:
        header = _joined(taken[0], taken[1])
    return Sample(keys, header, _tuples(taken[head + skip :]), tuple(said))


def _header_form(rows: list[list[str]]) -> tuple[int, int, str]:
    """Header rows, rows to skip after them, and what the person should know."""
    first = [name.strip() for name in rows[0]]
    if len(rows) > 2 and any("ImportId" in cell for cell in rows[2]):
        return 1, 2, "A Qualtrics export: question texts and import ids are skipped."
    if first[:2] == ["V1", "V2"] and len(rows) > 1:
        return 1, 1, "A legacy Qualtrics export: the row of question texts is skipped."
    if len(rows) > 1 and first[0] == "Respondent ID":
        return 2, 0, "A SurveyMonkey export: question and option are joined by ' / '."
    return 1, 0, ""


def _joined(upper: list[str], lower: list[str]) -> tuple[str, ...]:
    names: list[str] = []
    last = ""
    for number, below in enumerate(lower):
        last = (upper[number].strip() if number < len(upper) else "") or last
        parts = dict.fromkeys((last, below.strip()))
        names.append(" / ".join(part for part in parts if part))
    return tuple(names)


def _looks_like_data(row: list[str]) -> bool:
    """Whether more than half of the cells are numbers."""
    numbers = sum(cell.strip().replace(".", "").isdigit() for cell in row)
    return numbers * 2 > len(row)


def _tuples(rows: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row) for row in rows)


def _xlsx_rows(path: Path) -> Iterator[list[str]]:
    workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        for row in workbook.worksheets[0].iter_rows(values_only=True):
            yield ["" if cell is None else str(cell) for cell in row]
    finally:
        workbook.close()


def _parquet(path: Path) -> Sample:
    with duckdb.connect() as connection:
        cursor = connection.execute(
            "select * from read_parquet(?) limit ?", [str(path), SAMPLE_ROWS]
        )
        header = tuple(column[0] for column in cursor.description or ())
        rows = cursor.fetchall()
    cells = tuple(tuple("" if x is None else str(x) for x in row) for row in rows)
    return Sample({"type": "parquet"}, header, cells)


def _jsonl(text: str) -> Sample:
    records = [
        dict(_flat("", json.loads(line)))
        for line in text.splitlines()[:SAMPLE_ROWS]
        if line.strip()
    ]
    header = tuple(dict.fromkeys(name for record in records for name in record))
    rows = tuple(tuple(record.get(name, "") for name in header) for record in records)
    return Sample({"type": "jsonl"}, header, rows)


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    """Nested objects by their path, `a.b`."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), item)
    else:
        yield prefix, "" if value is None else str(value)
