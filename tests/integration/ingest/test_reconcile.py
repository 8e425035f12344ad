"""The checks of a feed: each passes on what is right, and is seen failing."""

from typing import Any

import duckdb

from pipelines.extracts.contract_files import load_contracts
from pipelines.extracts.reconcile import (
    DRIFT,
    RECONCILED,
    REJECTS,
    check_id,
    feed_outcomes,
)
from pipelines.publishing.outcome import CheckOutcome
from tests.integration.ingest.conftest import HEADER, ORDERS, World, order_line

FEED = "shop.order_lines"
BROKEN = "o9,1,never,tea,1.00"


def orders(*lines: str) -> str:
    return "\n".join([HEADER, *lines, ""])


def failed(world: World, change: str | None = None) -> dict[str, CheckOutcome]:
    """The checks of the feed that fail, after a change of the build."""
    contracts = load_contracts(world.settings.contracts)
    with duckdb.connect(str(world.settings.home.build)) as connection:
        if change:
            connection.execute(change)
        outcomes = {one.name: one for one in feed_outcomes(connection, contracts)}
    names = {name: check_id(FEED, name) for name in (RECONCILED, DRIFT, REJECTS)}
    assert set(names.values()) <= set(outcomes)
    others = [one for one in outcomes.values() if not one.name.startswith(f"{FEED}.")]
    assert all(one.passed for one in others)
    return {
        name: outcomes[full]
        for name, full in names.items()
        if not outcomes[full].passed
    }


def with_limit(share: float) -> dict[str, Any]:
    return ORDERS | {"records": ORDERS["records"] | {"max_reject_rate": share}}


def test_rejects_within_the_limit_pass(world: World) -> None:
    world.declare(ORDERS)
    world.deliver("a.csv", orders(order_line(1), order_line(2), BROKEN))
    world.ingest()
    assert failed(world) == {}


def test_a_row_that_is_gone_is_noticed(world: World) -> None:
    world.declare(ORDERS)
    world.deliver("a.csv", orders(order_line(1), order_line(2)))
    world.ingest()
    found = failed(world, f"delete from raw_{FEED} where order_id = 'o1'")
    assert set(found) == {RECONCILED}


def test_too_many_rejects_are_told_with_the_numbers_of_the_refusal(
    world: World,
) -> None:
    world.declare(with_limit(0.1))
    world.deliver("a.csv", orders(order_line(1), order_line(2), BROKEN))
    world.ingest()
    [extract] = world.ledger()
    found = failed(world)
    assert set(found) == {RECONCILED, REJECTS}
    assert extract.refusal_reason is not None
    assert extract.refusal_reason.startswith("1 of 3 records")
    assert found[REJECTS].examples == (f"a.csv: {extract.refusal_reason}",)


def test_a_limit_that_is_lowered_later_holds_for_what_is_loaded(world: World) -> None:
    world.declare(ORDERS)
    world.deliver("a.csv", orders(order_line(1), order_line(2), BROKEN))
    world.ingest()
    world.declare(with_limit(0.1))
    found = failed(world)
    assert set(found) == {REJECTS}
    assert found[REJECTS].examples == ("a.csv: 1 of 3, limit 10.00%",)


def test_columns_that_the_contract_does_not_expect_are_no_rejects(
    world: World,
) -> None:
    world.declare(ORDERS)
    world.deliver("a.csv", orders(order_line(1)).replace("product", "article"))
    world.ingest()
    assert set(failed(world)) == {RECONCILED, DRIFT}
