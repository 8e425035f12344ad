"""A contract is renamed, means something else, or is gone: its records stay single.

What an extract brought is taken out where it was put, and by what its rows were
compared then, whatever its contract says today.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import FitmartError
from pipelines.extracts.decisions import accept, reload, reload_stale, withdraw
from pipelines.extracts.ledger import Extract, list_events
from pipelines.extracts.warehouse import open_build
from pipelines.publishing.ledger import extract_refusals
from tests.integration.ingest.conftest import HEADER, ORDERS, World, order_line

PLACE = {"mode": "append", "same_record": "extract_and_record"}
KEY = {"mode": "append", "same_record": "key"}
VERSION = KEY | {"version": {"column": "line_amount", "type": "number"}}
NAMED = {"effective_at": {"file_name": r"(\d{8})", "format": "%Y%m%d"}}
"""The day of the rows stands in the name of their file."""
LEADS = {
    "contract": "people",
    "feed": "crm.leads",
    "source_system": "crm",
    "files": "*.csv",
    "format": {"type": "csv"},
    "records": KEY,
    "columns": {"lead_id": "id", "created_at": "at"},
}


def lines(*records: str) -> str:
    return "\n".join((HEADER, *records, ""))


def redeclare(world: World, *contracts: dict[str, Any]) -> None:
    """Other contracts in the place of those that there are."""
    for path in (world.path / "contracts").glob("*.yml"):
        path.unlink()
    world.declare(*contracts)


def refusals(world: World) -> list[str]:
    """What the gate has against the ledger and the tables."""
    with open_build(world.settings.home, read_only=True) as connection:
        return [refusal.check for refusal in extract_refusals(connection)]


def orders(world: World) -> list[tuple[Any, ...]]:
    return world.query(
        "select order_id, product, record_status, effective_at"
        " from raw_shop.order_lines order by all"
    )


def by_status(world: World, status: str) -> Extract:
    (found,) = (row for row in world.ledger() if row.status == status)
    return found


@pytest.fixture
def loaded(world: World) -> World:
    """A home that has loaded two orders under the contract `orders`."""
    world.deliver("a.csv", lines(order_line(1), order_line(2)))
    world.ingest()
    return world


RENAMED = ORDERS | {"contract": "shop_orders"}
CHANGED = {"columns": ORDERS["columns"] | {"product": {"constant": "coffee"}}}


def test_a_renamed_contract_knows_what_it_has_read(loaded: World) -> None:
    redeclare(loaded, RENAMED)
    loaded.ingest()
    (row,) = loaded.ledger()
    assert (row.contract_name, row.status) == ("shop_orders", "loaded")
    with open_build(loaded.settings.home, read_only=True) as connection:
        events = [event.event for event in list_events(connection)]
    assert events == ["loaded", "contract_renamed"]

    redeclare(loaded, RENAMED | CHANGED)
    assert loaded.ingest().stale == (row.extract_id,)
    assert refusals(loaded) == ["extract_stale_contract"]
    (done,) = reload_stale(loaded.settings, "coffee now", "ann")
    assert done.failure is None
    assert [product for _, product, *_ in orders(loaded)] == ["coffee", "coffee"]


def test_renamed_and_changed_at_once_is_refused_until_somebody_decides(
    loaded: World,
) -> None:
    redeclare(loaded, RENAMED | CHANGED)
    loaded.ingest()
    refused = by_status(loaded, "refused")
    assert refused.refusal_rule == "content_is_new"
    assert len(orders(loaded)) == 2

    withdraw(loaded.settings, by_status(loaded, "loaded").extract_id, "old", "ann")
    reload(loaded.settings, refused.extract_id, "new", "ann")
    assert [product for _, product, *_ in orders(loaded)] == ["coffee", "coffee"]
    assert refusals(loaded) == []


def test_the_old_name_makes_a_changed_contract_stale(loaded: World) -> None:
    redeclare(loaded, RENAMED | CHANGED)
    loaded.ingest()
    accept(loaded.settings, by_status(loaded, "refused").extract_id, "renamed", "ann")
    redeclare(loaded, ORDERS | CHANGED)
    (stale,) = loaded.ingest().stale
    assert by_status(loaded, "stale_contract").extract_id == stale


def test_of_two_contracts_that_mean_the_same_one_changes(world: World) -> None:
    twins = [
        ORDERS | {"contract": name, "files": f"{name}*.csv"} for name in ("a", "b")
    ]
    redeclare(world, *twins)
    for number, name in enumerate(("a", "b")):
        world.deliver(f"{name}.csv", lines(order_line(number)))
    world.ingest()
    world.declare(twins[0] | CHANGED)
    world.ingest()
    assert by_status(world, "stale_contract").relative_path == "a.csv"
    assert by_status(world, "loaded").relative_path == "b.csv"


CHANGES = [
    (KEY, PLACE), (KEY, VERSION), (VERSION, KEY), (VERSION, PLACE), (PLACE, KEY),
    (PLACE, VERSION),
]  # fmt: skip


def _deliver_twice(world: World, records: dict[str, Any]) -> None:
    redeclare(world, ORDERS | {"records": records})
    world.deliver("a.csv", lines(order_line(1)))
    world.deliver("b.csv", lines(order_line(1), order_line(2)))
    world.ingest()


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_what_is_left_counts_after_one_of_two_is_withdrawn(
    before: dict[str, Any], after: dict[str, Any], world: World
) -> None:
    _deliver_twice(world, before)
    counted = world.query(
        "select extract_id from raw_shop.order_lines"
        " where order_id = 'o1' and record_status = 'current' limit 1"
    )[0][0]
    redeclare(world, ORDERS | {"records": after})
    world.ingest()
    withdraw(world.settings, counted, "wrong file", "ann")
    for row in world.ledger():
        if row.status == "stale_contract":
            accept(world.settings, row.extract_id, "as it was", "ann")
    left = {status for order, _, status, _ in orders(world) if order == "o1"}
    assert left == {"current"}
    assert refusals(world) == []


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_a_reload_of_all_ends_as_if_it_had_always_been_so(
    before: dict[str, Any], after: dict[str, Any], world: World, tmp_path: Path
) -> None:
    _deliver_twice(world, before)
    redeclare(world, ORDERS | {"records": after})
    world.ingest()
    done = list(reload_stale(world.settings, "compared otherwise", "ann"))
    assert [one.failure for one in done] == [None, None]
    fresh = World(tmp_path / "fresh")
    _deliver_twice(fresh, after)
    assert orders(world) == orders(fresh)
    assert refusals(world) == []


def _rows(world: World, tables: Iterable[str]) -> list[int]:
    return [world.query(f"select count(*) from raw_{one}")[0][0] for one in tables]


MOVES = [
    ({"feed": "crm.contacts", "columns": {"contact_id": "id"}}, "crm.contacts"),
    ({"source_system": "other"}, "crm.leads"),
]


@pytest.mark.parametrize(("move", "feed"), MOVES)
def test_records_follow_a_contract_to_another_place(
    move: dict[str, Any], feed: str, world: World
) -> None:
    redeclare(world, LEADS)
    world.deliver("a.csv", "id,at\n1,2024-01-01\n2,2024-01-02\n")
    world.ingest()
    redeclare(world, LEADS | move)
    (stale,) = world.ingest().stale
    reload(world.settings, stale, "moved", "ann")
    assert sum(_rows(world, {"crm.leads", feed})) == _rows(world, [feed])[0] == 2
    assert refusals(world) == []


@pytest.mark.parametrize(("move", "feed"), MOVES)
def test_what_stands_in_an_old_place_can_be_withdrawn(
    move: dict[str, Any], feed: str, world: World
) -> None:
    redeclare(world, LEADS)
    world.deliver("a.csv", "id,at\n1,2024-01-01\n")
    world.deliver("b.csv", "id,at\n1,2024-01-01\n2,2024-01-02\n")
    world.ingest()
    counted = world.query(
        "select extract_id from raw_crm.leads"
        " where lead_id = '1' and record_status = 'current'"
    )[0][0]
    redeclare(world, LEADS | move)
    world.ingest()
    withdraw(world.settings, counted, "wrong file", "ann")
    left = world.query("select record_status from raw_crm.leads where lead_id = '1'")
    assert left == [("current",)]
    assert feed == "crm.leads" or _rows(world, [feed]) == [0]


def test_an_extract_of_a_contract_that_is_gone_can_be_withdrawn(loaded: World) -> None:
    redeclare(loaded, LEADS)
    (row,) = loaded.ledger()
    with pytest.raises(FitmartError, match="'orders' is gone"):
        reload(loaded.settings, row.extract_id, "again", "ann")
    withdraw(loaded.settings, row.extract_id, "not ours", "ann")
    assert orders(loaded) == []
    assert refusals(loaded) == []


def test_an_extract_is_replaced_by_one_that_is_there_already(world: World) -> None:
    """The time of the rows was in the name, so that two names were two deliveries."""
    redeclare(world, ORDERS | {"records": {"mode": "upsert", **NAMED}})
    for day in (1, 2):
        world.deliver(f"a_2024010{day}.csv", lines(order_line(1)))
    world.ingest()
    redeclare(world, ORDERS | {"records": {"mode": "upsert", "effective_at": {
        "constant": "2024-01-01"}}})  # fmt: skip
    world.ingest()
    done = list(reload_stale(world.settings, "one time for all", "ann"))
    assert [one.failure for one in done] == [None, None]
    assert len(orders(world)) == 1
    assert refusals(world) == []


def test_a_reload_does_not_take_the_file_of_another_day(world: World) -> None:
    redeclare(world, ORDERS | {"records": {"mode": "snapshot", **NAMED}})
    first = world.deliver("a_20240101.csv", lines(order_line(1)))
    world.deliver("a_20240102.csv", lines(order_line(1)))
    world.ingest()
    first.unlink()
    of_first = next(row for row in world.ledger() if "0101" in row.relative_path)
    with pytest.raises(FitmartError, match="neither in quarantine nor"):
        reload(world.settings, of_first.extract_id, "again", "ann")


def test_a_reload_keeps_when_the_file_was_first_seen(loaded: World) -> None:
    (before,) = loaded.ledger()
    redeclare(loaded, ORDERS | CHANGED)
    loaded.ingest()
    reload(loaded.settings, before.extract_id, "coffee now", "ann")
    assert by_status(loaded, "loaded").first_seen_at == before.first_seen_at


def test_what_was_withdrawn_does_not_come_back_under_another_name(
    loaded: World,
) -> None:
    (row,) = loaded.ledger()
    withdraw(loaded.settings, row.extract_id, "wrong file", "ann")
    redeclare(loaded, RENAMED | CHANGED)
    loaded.ingest()
    refused = by_status(loaded, "refused")
    assert refused.refusal_rule == "content_is_new"
    assert "was withdrawn" in str(refused.refusal_reason)
    assert orders(loaded) == []
    reload(loaded.settings, refused.extract_id, "right after all", "ann")
    assert len(orders(loaded)) == 2


def test_a_file_without_a_record_is_no_other_contract_s(world: World) -> None:
    world.deliver("a.csv", HEADER + "\n")
    world.ingest()
    redeclare(world, RENAMED | CHANGED)
    world.ingest()
    assert {row.status for row in world.ledger()} == {"loaded"}
