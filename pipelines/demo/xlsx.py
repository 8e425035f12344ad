"""A small spreadsheet writer whose bytes depend on nothing but the cells.

Parts are stored, not compressed, and carry one fixed time: libraries of other machines
compress differently, and every common writer stamps the clock. Text and numbers only.
"""

import zipfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

STAMP = (2000, 1, 1, 0, 0, 0)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

PARTS = {
    "[Content_Types].xml": (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml"'
        f' ContentType="{TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def write_xlsx(
    path: Path,
    sheet: str,
    rows: Iterable[Sequence[str]],
    *,
    number_columns: Collection[int] = (),
) -> None:
    """Write one sheet; the first row is the header, empty texts are empty cells.

    Args:
        number_columns: Positions from 0 whose cells are numbers below the header.
    """
    workbook = (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, text in {**PARTS, "xl/workbook.xml": workbook}.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), text)
        part = zipfile.ZipInfo("xl/worksheets/sheet1.xml", STAMP)
        with archive.open(part, "w", force_zip64=True) as file:
            file.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for number, row in enumerate(rows, 1):
                numbers = number_columns if number > 1 else ()
                file.write(_row(number, row, numbers).encode())
            file.write(b"</sheetData></worksheet>")


def _row(number: int, row: Sequence[str], numbers: Collection[int]) -> str:
    cells = []
    for position, text in enumerate(row):
        if text == "":
            continue
        place = f"{_letters(position)}{number}"
        if position in numbers:
            cells.append(f'<c r="{place}"><v>{text}</v></c>')
        else:
            cells.append(
                f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            )
    return f'<row r="{number}">{"".join(cells)}</row>'


def _letters(position: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
