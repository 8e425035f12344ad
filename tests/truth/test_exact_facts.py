"""Rows, rejects and money agree to the last cent, whatever came when."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.demo.snapshot import Snapshot
from pipelines.extracts.feed import load_feeds

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from pipelines.demo.rehearse import Rehearsal

pytestmark = pytest.mark.slow

COUNTED_ORDERS = (
    "select currency_code, count(*), sum(net_amount) from sales.fct_orders"
    " where is_counted group by all order by all"
)
MOVEMENTS = """
    with moved as (
        select
            months.mrr_month,
            coalesce(closing.currency_code, opening.currency_code) as currency_code,
            coalesce(movements.movement, 'none') as movement,
            coalesce(closing.mrr_amount, 0) as closing_amount,
            abs(coalesce(closing.mrr_amount, 0) - coalesce(opening.mrr_amount, 0))
                as amount
        from sales.fct_mrr_customer_month as months
        left join sales.fct_mrr_movements as movements
            on months.customer_key = movements.customer_key
            and months.mrr_month = movements.mrr_month
            and movements.movement <> 'fx'
        left join intermediate.int_customer_mrr_by_currency as closing
            on months.customer_key = closing.customer_key
            and months.mrr_month = closing.mrr_month
        left join intermediate.int_customer_mrr_by_currency as opening
            on months.customer_key = opening.customer_key
            and months.mrr_month = opening.mrr_month + interval 1 month
        where months.is_active or months.opening_mrr_amount > 0
    )
    select
        cast(mrr_month as varchar), currency_code, movement, count(*),
        sum(amount), sum(closing_amount)
    from moved
    group by all order by all
"""
"""Before conversion: labels of the mart, amounts in the currency of the customer."""
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
    after_drops: tuple[Rehearsal, list[Snapshot]], shuffled: Rehearsal
) -> None:
    in_order, _ = after_drops
    with both(shuffled, in_order) as connection:
        assert_holds(Snapshot.take(connection), shuffled.truth.stages)
        for feed in load_feeds().values():
            rows = (
                f"select * exclude ({LINEAGE}) from {{}}{feed.relation}"
                " where record_status = 'current'"
            )
            assert differences(connection, rows) == 0, feed.name


def test_marts_after_one_more_drop_are_those_of_an_empty_home_given_all(
    after_drops: tuple[Rehearsal, list[Snapshot]], shuffled: Rehearsal
) -> None:
    """Row for row, in every mart that does not read what was reported earlier."""
    in_order, _ = after_drops
    marts = in_order.marts()
    assert marts == shuffled.marts()
    assert {"sales.fct_opportunities", "sales.fct_orders"} <= set(marts)
    with both(shuffled, in_order) as connection:
        rows = {
            mart: differences(connection, f"select * from {{}}{mart}") for mart in marts
        }
    assert rows == dict.fromkeys(marts, 0)


@contextmanager
def both(one: Rehearsal, other: Rehearsal) -> Iterator[duckdb.DuckDBPyConnection]:
    with one.connect() as connection:
        connection.execute(f"attach '{other.settings.home.build}' as other (read_only)")
        yield connection


def differences(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    """Rows that only one of two homes has."""
    here, there = rows.format(""), rows.format("other.")
    found = connection.execute(
        f"select count(*) from (({here} except all {there})"
        f" union all ({there} except all {here}))"
    ).fetchone()
    assert found is not None
    return int(found[0])


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


def test_movements_of_recurring_revenue_are_those_of_the_company(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    """Every month, currency and movement: customers, amounts and what is left."""
    told = told_movements(company, 0)
    assert marts.execute(MOVEMENTS).fetchall() == told
    assert {movement for _, _, movement, *_ in told} == {
        "new",
        "reactivation",
        "churn",
        "expansion",
        "contraction",
        "none",
    }


def test_movements_after_all_drops_know_what_was_corrected(
    after_drops: tuple[Rehearsal, list[Snapshot]],
) -> None:
    rehearsal, _ = after_drops
    with rehearsal.connect() as connection:
        assert connection.execute(MOVEMENTS).fetchall() == told_movements(rehearsal, -1)


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


def told_movements(rehearsal: Rehearsal, stage: int) -> list[tuple[object, ...]]:
    return sorted(
        (
            row["month"],
            row["currency_code"],
            row["movement"],
            row["customers"],
            Decimal(row["amount"]),
            Decimal(row["closing"]),
        )
        for row in rehearsal.truth.stages[stage]["mrr"]
    )
