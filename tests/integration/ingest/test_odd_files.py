"""One odd file is refused by name, and all others are loaded."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest
from openpyxl.chart import BarChart, Reference

from pipelines.extracts import attempt, load
from pipelines.extracts.ledger import Extract
from pipelines.extracts.warehouse import open_build
from tests.integration.ingest.conftest import HEADER, ORDERS, World, order_line

GOOD = "\n".join([HEADER, order_line(1), ""])
NOBODY = 65534


def workbook(*, with_formula: bool = False, with_link: bool = False) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([*HEADER.split(","), "link"])
    sheet.append(["o1", 1, "2024-01-01 10:00:00", "tea", 1.5])
    if with_formula:
        sheet.append(["o2", 1, "2024-01-01 10:00:00", "tea", "=E2*2"])
    if with_link:
        # Beside the columns that are read, nobody needs its value.
        sheet.append(["o2", 1, "2024-01-01 10:00:00", "tea", 2, '=HYPERLINK("x")'])
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=5, min_row=1, max_row=2))
    book.create_chartsheet("Chart").add_chart(chart)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def damaged_workbook() -> bytes:
    """A whole archive in which the XML of the sheet ends too soon."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as old,
        zipfile.ZipFile(file, "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content[:-40] if "sheet1" in name else content)
    return file.getvalue()


def taken(world: World, odd: str | None = None) -> dict[str, Extract]:
    """An ingest with a good file that comes after the odd one."""
    world.deliver("z_good.csv", GOOD)
    world.ingest()
    found = {row.relative_path: row for row in world.ledger()}
    good = found.pop("z_good.csv")
    assert (good.status, good.loaded_count) == ("loaded", 1)
    assert odd is None or set(found) == {odd}
    return found


@pytest.mark.parametrize(
    ("name", "content", "file_format", "rule"),
    [
        ("damaged.xlsx", damaged_workbook(), {}, "complete_stream"),
        ("chart.xlsx", workbook(), {"sheet": "Chart"}, "sheet_has_cells"),
        ("formula.xlsx", workbook(with_formula=True), {}, "formulas_are_computed"),
    ],
    ids=["damaged", "chart", "formula"],
)
def test_an_odd_workbook_is_refused(
    name: str, content: bytes, file_format: dict[str, str], rule: str, world: World
) -> None:
    world.declare(
        ORDERS | {"files": "z_*.csv"},
        ORDERS
        | {"contract": "books", "files": "*.xlsx", "source_system": "books",
           "format": {"type": "xlsx"} | file_format},
    )  # fmt: skip
    world.deliver(name, content)
    row = taken(world, name)[name]
    assert (row.status, row.refusal_rule) == ("refused", rule)
    assert row.remedy
    kept = world.settings.home.quarantine / row.extract_id / name
    assert kept.read_bytes() == content


def test_a_formula_in_a_column_that_nobody_reads_is_let_be(world: World) -> None:
    world.declare(
        ORDERS | {"files": "z_*.csv"},
        ORDERS | {"contract": "books", "files": "*.xlsx", "source_system": "books",
                  "format": {"type": "xlsx"}},
    )  # fmt: skip
    world.deliver("link.xlsx", workbook(with_link=True))
    assert taken(world, "link.xlsx")["link.xlsx"].loaded_count == 2


def test_what_nobody_foresaw_refuses_the_file(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage_file = attempt.stage_file

    def fail(workshop, file, *others, **more):  # type: ignore[no-untyped-def]
        if file.relative_path == "odd.csv":
            raise KeyError("o1 of a person")
        return stage_file(workshop, file, *others, **more)

    monkeypatch.setattr(attempt, "stage_file", fail)
    world.deliver("odd.csv", GOOD.replace("o1", "o2"))
    row = taken(world, "odd.csv")["odd.csv"]
    assert (row.status, row.refusal_rule) == ("refused", "file_is_readable")
    assert row.refusal_reason == "the file cannot be read (KeyError)"


def test_a_file_whose_counts_do_not_reconcile_leaves_nothing_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert_rows = load.insert_rows

    def lose_one(connection, feed, extract, *others):  # type: ignore[no-untyped-def]
        insert_rows(connection, feed, extract, *others)
        if extract.relative_path == "odd.csv":
            connection.execute(
                f"delete from {feed.relation} where extract_id = ?",
                [extract.extract_id],
            )

    monkeypatch.setattr(load, "insert_rows", lose_one)
    world.deliver("odd.csv", GOOD.replace("o1", "o2"))
    row = taken(world, "odd.csv")["odd.csv"]
    assert (row.status, row.refusal_rule) == ("refused", "records_reconcile")
    assert world.query("select order_id from raw_shop.order_lines") == [("o1",)]


def test_a_failure_of_the_disk_is_no_fault_of_a_file(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(attempt, "stage_file", fail)
    world.deliver("orders.csv", GOOD)
    with pytest.raises(OSError, match="Input/output"):
        world.ingest()
    assert world.ledger() == []


def test_a_file_that_goes_away_meanwhile_is_left_for_the_next_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = world.deliver("a_gone.csv", GOOD)
    scan = attempt.scan

    def take_away(path: Path, *others, **more):  # type: ignore[no-untyped-def]
        if path.name == gone.name:
            path.unlink()
        return scan(path, *others, **more)

    monkeypatch.setattr(attempt, "scan", take_away)
    assert taken(world) == {}


def as_nobody(work: Callable[[], object]) -> None:
    """Do something as a user without rights; the superuser may read everything."""
    child = os.fork()
    if child == 0:
        try:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can become another")
def test_a_file_that_must_not_be_read_is_refused_until_it_may(world: World) -> None:
    closed = world.deliver("a_closed.csv", GOOD.replace("o1", "o2"))
    world.deliver("z_good.csv", GOOD)
    closed.chmod(0)
    for path in (world.path, *world.path.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    opened = [path for path in world.path.parents if path.stat().st_uid == 0]
    modes = {path: path.stat().st_mode for path in opened}
    try:
        for path in opened:
            path.chmod(modes[path] | 0o011)
        as_nobody(world.ingest)
    finally:
        for path, mode in modes.items():
            path.chmod(mode & 0o7777)
    rows = {row.relative_path: row for row in world.ledger()}
    refused = rows["a_closed.csv"]
    assert (refused.status, refused.refusal_rule) == ("refused", "file_is_permitted")
    assert rows["z_good.csv"].status == "loaded"

    closed.chmod(0o600)
    world.ingest()
    rows = {row.extract_id: row for row in world.ledger()}
    replacement = rows[str(rows[refused.extract_id].replaced_by)]
    assert (replacement.status, replacement.loaded_count) == ("loaded", 1)


@pytest.mark.parametrize(
    ("product", "status"),
    [("tée".encode(), "loaded"), ("tée".encode("latin-1"), "refused")],
)
def test_texts_of_parquet_that_are_not_marked_as_such(
    product: bytes, status: str, world: World
) -> None:
    values = dict(zip(HEADER.split(","), order_line(2).split(","), strict=True))
    table = pyarrow.table(
        {name: [value] for name, value in (values | {"product": product}).items()}
    )
    pyarrow.parquet.write_table(table, world.path / "landing" / "o.parquet")
    world.declare(
        ORDERS | {"files": "z_*.csv"},
        ORDERS | {"contract": "parquet", "files": "*.parquet",
                  "source_system": "lake", "format": {"type": "parquet"}},
    )  # fmt: skip
    assert taken(world, "o.parquet")["o.parquet"].status == status
    found = world.query(
        "select product from raw_shop.order_lines where source_system = 'lake'"
    )
    assert found == ([("tée",)] if status == "loaded" else [])


def test_what_a_killed_run_has_spilled_is_removed(world: World) -> None:
    spilled = world.settings.home.spool / "duckdb" / "duckdb_temp_storage-0.tmp"
    spilled.parent.mkdir(parents=True)
    spilled.write_bytes(b"rows")
    taken(world)
    assert not spilled.exists()


def test_a_lock_file_of_excel_is_no_delivery(world: World) -> None:
    world.deliver("~$orders.csv", b"\x05owner")
    assert taken(world) == {}


def test_a_column_that_a_feed_got_since_is_added_to_the_raw_table(world: World) -> None:
    world.deliver("a.csv", GOOD)
    world.ingest()
    with open_build(world.settings.home) as connection:
        connection.execute("alter table raw_shop.order_lines drop column coupon")
    world.deliver("b.csv", GOOD.replace("o1", "o2"))
    world.ingest()
    assert world.query(
        "select order_id, coupon, product, record_status from raw_shop.order_lines"
        " order by all"
    ) == [("o1", None, "tea", "current"), ("o2", None, "tea", "current")]


def test_a_place_that_holds_another_name_is_refused(world: World) -> None:
    """Columns that are read by their place would be read for their neighbours."""
    header = ["order_id", "line_number", "ordered_at", "note", "note", "line_amount"]
    world.declare(
        ORDERS
        | {"files": "z_*.csv"},
        ORDERS
        | {"contract": "places", "files": "[ab].csv", "source_system": "places",
           "header": header, "columns": ORDERS["columns"] | {"product": 5}},
    )  # fmt: skip
    world.deliver("a.csv", ",".join(header) + "\no1,1,2024-01-01,x,tea,1.50\n")
    header.insert(2, "gift")
    world.deliver("b.csv", ",".join(header) + "\no2,1,Anna,2024-01-01,x,tea,1.50\n")
    found = taken(world)
    assert found["a.csv"].status == "loaded"
    assert (found["b.csv"].status, found["b.csv"].refusal_rule) == (
        "refused", "schema_drift",
    )  # fmt: skip


@pytest.mark.parametrize("failure", [FileNotFoundError, PermissionError])
def test_a_file_that_was_refused_before_may_go_away_or_be_locked(
    failure: type[OSError], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.deliver("a_odd.csv", b"\0\0\0")
    taken(world, "a_odd.csv")
    scan = attempt.scan

    def fail(path: Path, *others, **more):  # type: ignore[no-untyped-def]
        if path.name == "a_odd.csv":
            raise failure(path)
        return scan(path, *others, **more)

    monkeypatch.setattr(attempt, "scan", fail)
    world.deliver("a_odd.csv", b"\0\0\0\0")
    world.deliver("y_later.csv", GOOD.replace("o1", "o2"))
    world.ingest()
    rows = {row.relative_path: row.status for row in world.ledger()}
    assert rows["y_later.csv"] == "loaded"
