"""Excel workbooks: one sheet, its cells as text.

Dates become ISO text; numbers keep the fifteen digits that Excel itself shows, so that
0.1 + 0.2 is 0.3 again. Rows without any value are not records.
"""

import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError, iterparse

import openpyxl
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from pipelines.errors import FitmartError
from pipelines.extracts.cells import CellWriter
from pipelines.extracts.contract import FileFormat
from pipelines.extracts.limits import Limits
from pipelines.extracts.rejects import RejectWriter

Row = tuple[str | None, ...]


def xlsx_header(path: Path, file_format: FileFormat) -> tuple[tuple[str, ...], ...]:
    """Cells of the header rows."""
    with _rows(path, file_format) as rows:
        header = _take_header(path, rows, file_format)
    width = max((len(row) for row in header), default=0)
    return tuple(
        tuple(cell or "" for cell in row) + ("",) * (width - len(row)) for row in header
    )


def read_xlsx(
    path: Path,
    file_format: FileFormat,
    width: int,
    cells: CellWriter,
    rejects: RejectWriter,
) -> int:
    """Write every record to one of the two; how many there were."""
    count = 0
    with _rows(path, file_format) as rows:
        _take_header(path, rows, file_format)
        for _ in range(file_format.skip_rows_after_header):
            next(rows, None)
        for row in rows:
            if not row:
                continue
            count += 1
            if len(row) > width:
                raw = json.dumps(row, ensure_ascii=False).encode()
                rejects.add_broken(count, raw, "extra_cells")
            else:
                cells.write(count, row + (None,) * (width - len(row)))
    return count


def check_workbook(path: Path, limits: Limits) -> None:
    """Refuse a workbook that is damaged, or larger inside than the limits.

    Raises:
        FitmartError: Naming the rule.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            ratio = size / max(path.stat().st_size, 1)
            is_large = size > limits.ratio_free_bytes and ratio > limits.ratio
            if size > limits.text_bytes or is_large:
                raise FitmartError(
                    "the workbook is too large inside",
                    file=path.name,
                    rule="compression_ratio" if is_large else "text_size",
                    remedy="Check the file; if it is genuine, raise "
                    f"{'FITMART_MAX_RATIO' if is_large else 'FITMART_MAX_TEXT_BYTES'}.",
                )
            if archive.testzip() is not None:
                raise _damaged(path)
    except (
        zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError
    ) as error:  # fmt: skip
        raise _damaged(path) from error


def count_rows(path: Path, file_format: FileFormat, read: frozenset[int]) -> int:
    """Records of the sheet, counted from its XML without openpyxl's reader.

    Args:
        read: Positions of the columns, from 1, in which every formula must have been
            computed.
    """
    before = file_format.skip_rows + file_format.header_rows
    before += file_format.skip_rows_after_header
    with zipfile.ZipFile(path) as archive:
        empty = _empty_strings(archive)
        workbook = openpyxl.load_workbook(path, read_only=True)
        names = workbook.sheetnames
        workbook.close()
        position = (
            file_format.sheet
            if isinstance(file_format.sheet, int)
            else names.index(file_format.sheet)
        )
        member = _sheet_members(archive)[position]
        count = number = 0
        with archive.open(member) as file:
            for _, element in iterparse(file):
                if _local(element.tag) == "row":
                    number = int(element.get("r") or number + 1)
                    if number > before:
                        _is_computed(path, element, read)
                        count += any(_has_value(cell, empty) for cell in element)
                    element.clear()
    return count


def _sheet_members(archive: zipfile.ZipFile) -> list[str]:
    """Files of the sheets in the order of the workbook."""
    targets = {}
    with archive.open("xl/_rels/workbook.xml.rels") as file:
        for _, element in iterparse(file):
            if _local(element.tag) == "Relationship":
                targets[element.get("Id")] = str(element.get("Target"))
    members = []
    with archive.open("xl/workbook.xml") as file:
        for _, element in iterparse(file):
            if _local(element.tag) == "sheet":
                key = next(v for k, v in element.attrib.items() if _local(k) == "id")
                target = targets[key]
                inside = target.startswith("/")
                members.append(target.lstrip("/") if inside else f"xl/{target}")
    return members


def _empty_strings(archive: zipfile.ZipFile) -> set[str]:
    """Positions of shared strings without a character."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return set()
    empty = set()
    position = 0
    with archive.open("xl/sharedStrings.xml") as file:
        for _, element in iterparse(file):
            if _local(element.tag) == "si":
                if not "".join(element.itertext()):
                    empty.add(str(position))
                position += 1
                element.clear()
    return empty


def _has_value(cell: Any, empty: set[str]) -> bool:
    text = "".join(
        "".join(child.itertext()) for child in cell if _local(child.tag) in ("v", "is")
    )
    return bool(text) and not (cell.get("t") == "s" and text in empty)


def _is_computed(path: Path, row: Any, read: frozenset[int]) -> None:
    """Refuse a formula without a value: a program wrote it, and nobody computed it.

    One that was computed to an empty text says that it is a text.
    """
    for cell in row:
        inside = {_local(child.tag): child.text for child in cell}
        if "f" not in inside or inside.get("v") or cell.get("t") == "str":
            continue
        if coordinate_to_tuple(cell.get("r"))[1] in read:
            raise FitmartError(
                f"cell {cell.get('r')} holds a formula that was never computed",
                file=path.name,
                rule="formulas_are_computed",
                remedy="Open the workbook in a spreadsheet program, save it, and "
                "deliver it again; or export it as CSV.",
            )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


@contextmanager
def _rows(path: Path, file_format: FileFormat) -> Iterator[Iterator[Row]]:
    """Rows as text, without empty cells at their end."""
    try:
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (
        InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError
    ) as error:  # fmt: skip
        raise _damaged(path) from error
    try:
        names = workbook.sheetnames
        sheet = file_format.sheet
        if sheet not in (range(len(names)) if isinstance(sheet, int) else names):
            raise FitmartError(
                f"the workbook has no sheet {sheet!r}",
                file=path.name,
                rule="sheet_exists",
                remedy=f"Use one of {', '.join(names)}.",
            )
        worksheet = workbook[names[sheet] if isinstance(sheet, int) else sheet]
        if not isinstance(worksheet, ReadOnlyWorksheet):
            raise FitmartError(
                f"sheet {sheet!r} holds a chart, and no cells",
                file=path.name,
                rule="sheet_has_cells",
                remedy="Name the sheet of the cells in `format.sheet`.",
            )
        worksheet.reset_dimensions()
        yield (_trimmed(row) for row in worksheet.iter_rows())
    except (ParseError, zipfile.BadZipFile, zlib.error) as error:
        # Sheets are read row by row, long after the workbook was opened.
        raise _damaged(path) from error
    finally:
        workbook.close()


def _take_header(path: Path, rows: Iterator[Row], file_format: FileFormat) -> list[Row]:
    for _ in range(file_format.skip_rows):
        next(rows, None)
    header = [row for _ in range(file_format.header_rows) if (row := next(rows, None))]
    if len(header) < file_format.header_rows:
        raise FitmartError(
            "the header cannot be read (missing)",
            file=path.name,
            rule="header_is_readable",
            remedy="Check the file, or correct skip_rows and header_rows in the "
            "contract.",
        )
    return header


def _trimmed(row: tuple[Any, ...]) -> Row:
    values = [_text(cell.value, cell) for cell in row]
    while values and values[-1] is None:
        values.pop()
    return tuple(values)


def _text(value: Any, cell: Any) -> str | None:
    text: str | None
    match value:
        case None | "":
            text = None
        case bool():
            text = "true" if value else "false"
        case float():
            text = str(int(value)) if value.is_integer() else f"{value:.15g}"
        case datetime():
            is_date = value.time() == time() and "h" not in cell.number_format.lower()
            text = str(value.date()) if is_date else value.isoformat(sep=" ")
        case date() | time():
            text = value.isoformat()
        case _:
            text = str(value)
    return text


def _damaged(path: Path) -> FitmartError:
    return FitmartError(
        "this is not a whole Excel workbook",
        file=path.name,
        rule="complete_stream",
        remedy="Have the file delivered again, or export it as CSV.",
    )
