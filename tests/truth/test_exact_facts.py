"""Rows, rejects and money agree to the last cent, whatever came when."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.demo.rehearse import Rehearsal
from pipelines.demo.snapshot import Snapshot
from pipelines.extracts.feed import load_feeds

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

pytestmark = pytest.mark.slow

COUNTED_ORDERS = (
    "select currency_code, count(*), sum(net_amount) from sales.fct_orders"
    " where is_counted group by all order by all"
)
LINEAGE = "extract_id, record_number, loaded_at, record_status"


def assert_holds(held: Snapshot, stages: list[dict[str, Any]]) -> None:
    expected = Snapshot.expected(stages)
    held = held.as_told(stages)
    assert held.rows == expected.rows
    assert held.rejects == expected.rejects
    assert held.money == expected.money
    assert held.files == expected.files


def test_initial_landing_is_held_exactly(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    assert_holds(Snapshot.take(marts), company.truth.stages[:1])


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4])
def test_each_drop_is_held_exactly(
    number: int, after_drops: tuple[Rehearsal, list[Snapshot]]
) -> None:
    rehearsal, held = after_drops
    assert len(held) == 5
    assert_holds(held[number], rehearsal.truth.stages[: number + 1])


def test_drops_bring_what_deliveries_bring(company: Rehearsal) -> None:
    """Late corrections, a repeated file, overlapping versions and new rejects."""
    first, *_, last = company.truth.stages
    files = [file for stage in company.truth.stages for file in stage["files"]]
    assert sum(file["repeats"] is not None for file in files) == 1
    assert any("_early" in file["path"] for file in first["files"])
    old_months = {
        tuple(row.values()) for row in first["mrr"] if row["month"] < "2025-12-01"
    }
    new_months = {
        tuple(row.values()) for row in last["mrr"] if row["month"] < "2025-12-01"
    }
    assert old_months != new_months, "no late correction reached a closed month"
    assert last["rejects"]["crm.opportunities"] != first["rejects"]["crm.opportunities"]


def test_shuffled_drops_end_in_the_same_rows(
    small_demo: Path,
    after_drops: tuple[Rehearsal, list[Snapshot]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    in_order, _ = after_drops
    shuffled = Rehearsal.begin(small_demo, tmp_path_factory.mktemp("shuffled"))
    files = sorted(
        path
        for folder in ("initial", "increments")
        for path in (small_demo / folder).rglob("*")
        if path.is_file()
    )
    random.Random(7).shuffle(files)
    for number in range(4):
        shuffled.land_files(files[number::4])
        shuffled.ingest()
    with shuffled.connect() as connection:
        assert_holds(Snapshot.take(connection), shuffled.truth.stages)
        connection.execute(
            f"attach '{in_order.settings.home.build}' as other (read_only)"
        )
        for feed in load_feeds().values():
            rows = (
                f"select * exclude ({LINEAGE}) from {{}}{feed.relation}"
                " where record_status = 'current'"
            )
            here, there = rows.format(""), rows.format("other.")
            differences = connection.execute(
                f"select count(*) from (({here} except all {there})"
                f" union all ({there} except all {here}))"
            ).fetchone()
            assert differences == (0,), feed.name


def test_orders_of_the_marts_add_up_to_the_shop(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    stage = company.truth.stages[0]
    net = marts.execute(
        "select currency_code, sum(net_amount) from sales.fct_orders group by all"
    ).fetchall()
    delivered = {
        row["currency_code"]: Decimal(row["total"])
        for row in stage["money"]
        if row["feed"] == "shop.order_lines"
    }
    assert dict(net) == delivered
    counted = marts.execute(COUNTED_ORDERS).fetchall()
    assert counted == told_orders(company, 0)


def test_closed_deals_of_the_marts_are_those_of_the_crm(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    assert closed_deals(marts) == told_deals(company, 0)


def test_marts_after_all_drops_know_what_the_drops_brought(
    after_drops: tuple[Rehearsal, list[Snapshot]],
) -> None:
    rehearsal, _ = after_drops
    with rehearsal.connect() as connection:
        assert closed_deals(connection) == told_deals(rehearsal, -1)
        orders = connection.execute(COUNTED_ORDERS).fetchall()
    assert orders == told_orders(rehearsal, -1)


def closed_deals(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute(
        "select opportunity_type, outcome, count(*) from sales.fct_opportunities"
        " where is_counted and outcome <> 'open' group by all order by all"
    ).fetchall()


def told_deals(rehearsal: Rehearsal, stage: int) -> list[tuple[object, ...]]:
    return [
        tuple(row.values()) for row in rehearsal.truth.stages[stage]["closed_deals"]
    ]


def told_orders(rehearsal: Rehearsal, stage: int) -> list[tuple[object, ...]]:
    return [
        (row["currency_code"], row["purchase_days"], Decimal(row["net_amount"]))
        for row in rehearsal.truth.stages[stage]["orders"]
    ]
