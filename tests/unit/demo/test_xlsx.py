"""The spreadsheet writer: what is written can be read, and is the same every time."""

import hashlib
from pathlib import Path

import openpyxl

from pipelines.demo.xlsx import write_xlsx

ROWS = [
    ["Name", "Score", "Remark"],
    ["A & B <Ltd>", "9", "says “yes”"],
    ["", "10", ""],
    ["C", "", " blanks "],
]


def test_cells_are_read_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(path, "Answers", ROWS, number_columns=(1,))
    sheet = openpyxl.load_workbook(path)["Answers"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Name", "Score", "Remark"],
        ["A & B <Ltd>", 9, "says “yes”"],
        [None, 10, None],
        ["C", None, " blanks "],
    ]


def test_columns_beyond_z_have_two_letters(tmp_path: Path) -> None:
    path = tmp_path / "wide.xlsx"
    write_xlsx(path, "S", [[str(number) for number in range(60)]])
    row = openpyxl.load_workbook(path).active[1]
    assert [cell.value for cell in row] == [str(number) for number in range(60)]
    assert row[-1].coordinate == "BH1"


def test_bytes_do_not_depend_on_time_or_place(tmp_path: Path) -> None:
    digests = set()
    for name in ("one.xlsx", "two.xlsx"):
        write_xlsx(tmp_path / name, "Answers", ROWS)
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1
