"""The fast path numbers records by their place in the file, or comes out uneven."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pytest

from pipelines.extracts import fast_read
from pipelines.extracts.contract import Contract
from pipelines.extracts.feed import load_feeds
from pipelines.extracts.incoming import Source
from pipelines.extracts.limits import Limits
from pipelines.extracts.mapping import map_columns
from pipelines.extracts.parts import cut_text
from pipelines.extracts.scan import scan

RECORDS = 60_000
HEADER = ("id", "at", "amount", "note")


def _staged(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    path: Path,
    spool: Path,
    parts: int = 1,
) -> int | None:
    found = scan(path, contract.format, Limits(), spool)
    source = Source(path, path, contract.format, found, Limits(), spool)
    mapping = map_columns(contract, load_feeds()[contract.feed], HEADER)
    unread = fast_read.fast_select(connection, source, contract, mapping)
    assert unread is not None
    assert len(unread.parts) == parts
    return fast_read.stage_fast(connection, source, unread)


def _write(path: Path, bad: int | None = None) -> Path:
    note = "n" * 160
    rows = (
        f'{n},2024-01-01 00:00:00,{"1.23456" if n == bad else "1.5"},"{note}\n"\n'
        for n in range(1, RECORDS + 1)
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(HEADER) + "\n")
        file.writelines(rows)
    return path


@pytest.fixture
def contract(contract_for: Callable[..., Contract]) -> Contract:
    columns = {"order_id": "id", "ordered_at": "at", "line_amount": "amount"}
    return contract_for("shop.order_lines", columns | {"product": "note"})


@pytest.mark.parametrize("most", [1, 2])
def test_numbers_are_places_in_the_file(
    contract: Contract,
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
) -> None:
    connection.execute(f"set threads = {most}")
    monkeypatch.setattr(fast_read, "cut_text", partial(cut_text, least=1 << 20))
    path = _write(tmp_path / "lines.csv")
    assert _staged(connection, contract, path, tmp_path, most) == RECORDS
    row = connection.execute(
        "select count(*), count(distinct record_number), min(record_number),"
        " max(record_number), count(*) filter (record_number <> order_id::bigint)"
        " from staged"
    ).fetchone()
    assert row == (RECORDS, RECORDS, 1, RECORDS, 0)
    kept = connection.execute("select current_setting('preserve_insertion_order')")
    assert kept.fetchone() == (True,)


def test_one_broken_rule_ends_a_fast_read(
    contract: Contract, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = _write(tmp_path / "lines.csv", bad=RECORDS - 7)
    assert _staged(connection, contract, path, tmp_path) is None
    tables = connection.execute("show tables").fetchall()
    assert ("staged",) not in tables


@pytest.mark.parametrize("note", ["  a b ", "\N{IDEOGRAPHIC SPACE}é\N{NO-BREAK SPACE}"])
def test_texts_lose_their_outer_blanks(
    note: str,
    contract: Contract,
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
) -> None:
    path = tmp_path / "orders.csv"
    lines = [",".join(HEADER), f"1,2024-01-01 00:00:00,1.5,{note}", ""]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = scan(path, contract.format, Limits(), tmp_path)
    assert found.is_ascii == note.isascii()
    source = Source(path, path, contract.format, found, Limits(), tmp_path)
    feed = load_feeds()[contract.feed]
    mapping = map_columns(contract, feed, HEADER, is_ascii=found.is_ascii)
    unread = fast_read.fast_select(connection, source, contract, mapping)
    assert fast_read.stage_fast(connection, source, unread) == 1
    (kept,) = connection.execute("select product from staged").fetchone() or ("",)
    assert kept == note.strip()
