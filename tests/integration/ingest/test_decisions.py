"""Refusals, corrections and what people decide about extracts."""

import csv
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import FitmartError
from pipelines.extracts.contract_files import load_contract
from pipelines.extracts.decisions import accept, reload, reload_stale, withdraw
from pipelines.extracts.dry_run import dry_run
from pipelines.extracts.ledger import list_events
from pipelines.extracts.rejects import export_rejects
from pipelines.extracts.warehouse import open_build
from tests.integration.ingest.conftest import HEADER, ORDERS, World, order_line

BAD = "o9,1,yesterday,=cmd(),1.00"
MOSTLY_BAD = "\n".join([HEADER, order_line(1), BAD, BAD, BAD, ""])
GOOD = "\n".join([HEADER, order_line(1), order_line(2), ""])


def _statuses(world: World) -> dict[str, str]:
    return {row.relative_path: row.status for row in world.ledger()}


def test_a_corrected_contract_reads_a_refused_file_again(world: World) -> None:
    world.deliver("orders.csv", MOSTLY_BAD)
    world.ingest()
    (refused,) = world.ledger()
    assert (refused.status, refused.refusal_rule) == ("refused", "reject_share")
    assert world.query("select count(*) from ops.rejects") == [(3,)]

    world.declare(ORDERS | {"records": ORDERS["records"] | {"max_reject_rate": 1.0}})
    world.ingest()
    rows = {row.extract_id: row for row in world.ledger()}
    assert rows[refused.extract_id].status == "replaced"
    loaded = rows[str(rows[refused.extract_id].replaced_by)]
    assert (loaded.status, loaded.loaded_count, loaded.rejected_count) == (
        "loaded", 1, 3,
    )  # fmt: skip


def test_a_loaded_extract_becomes_stale_until_it_is_reloaded(world: World) -> None:
    world.deliver("orders.csv", GOOD)
    world.ingest()
    (first,) = world.ledger()
    columns = ORDERS["columns"] | {"product": {"from": "product", "prefix": "p-"}}
    world.declare(ORDERS | {"columns": columns})
    world.ingest()
    assert _statuses(world) == {"orders.csv": "stale_contract"}
    assert world.query("select distinct product from raw_shop.order_lines") == [
        ("tea",)
    ]

    done = reload(world.settings, first.extract_id, "new prefix", "ann")
    assert done.loaded == 2
    assert world.query("select distinct product from raw_shop.order_lines") == [
        ("p-tea",)
    ]
    with open_build(world.settings.home, read_only=True) as connection:
        events = list_events(connection, done.extract_id)
    assert [(event.event, event.actor, event.reason) for event in events] == [
        ("reloaded", "ann", "new prefix")
    ]

    world.declare(ORDERS)
    world.ingest()
    assert "stale_contract" in {row.status for row in world.ledger()}
    world.declare(ORDERS | {"columns": columns})
    world.ingest()
    assert {row.status for row in world.ledger()} == {"loaded", "replaced"}


def test_a_withdrawn_extract_stays_out(world: World) -> None:
    world.deliver("orders.csv", GOOD)
    world.ingest()
    (row,) = world.ledger()
    withdraw(world.settings, row.extract_id, "wrong month", "ann")
    world.ingest()
    assert _statuses(world) == {"orders.csv": "withdrawn"}
    assert world.query("select count(*) from raw_shop.order_lines") == [(0,)]
    (decided,) = world.ledger()
    assert (decided.decided_by, decided.decision_reason) == ("ann", "wrong month")


def test_a_refusal_can_be_accepted_once(world: World) -> None:
    world.deliver("orders.csv", MOSTLY_BAD)
    world.ingest()
    (row,) = world.ledger()
    accept(world.settings, row.extract_id, "known", "ann")
    assert _statuses(world) == {"orders.csv": "accepted"}
    with pytest.raises(FitmartError, match="decision_is_due"):
        accept(world.settings, row.extract_id, "known", "ann")
    with pytest.raises(FitmartError, match="reason_is_given"):
        withdraw(world.settings, row.extract_id, " ", "ann")


def test_a_reload_takes_the_file_from_quarantine(world: World) -> None:
    path = world.deliver("orders.csv", MOSTLY_BAD)
    world.ingest()
    path.unlink()
    (row,) = world.ledger()
    world.declare(ORDERS | {"records": ORDERS["records"] | {"max_reject_rate": 1.0}})
    assert reload(world.settings, row.extract_id, "limit raised", "ann").loaded == 1


def test_a_reload_that_is_refused_changes_nothing(world: World) -> None:
    world.deliver("orders.csv", MOSTLY_BAD)
    world.ingest()
    before = world.ledger()
    with pytest.raises(FitmartError, match="reject_share"):
        reload(world.settings, before[0].extract_id, "again", "ann")
    assert world.ledger() == before


def test_exported_rejects_are_whole_and_harmless(world: World, tmp_path: Path) -> None:
    world.deliver("orders.csv", "\n".join([HEADER, order_line(1), "=" + BAD, ""]))
    world.ingest()
    path = tmp_path / "rejects.csv"
    assert export_rejects(world.settings, path) == 1
    with path.open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["raw_record"] == f"'={BAD}\n"
    assert (row["record_number"], row["rule"]) == ("2", "time_is_readable")
    assert path.stat().st_mode & 0o077 == 0
    assert BAD.encode() not in world.settings.home.build.read_bytes()


def test_the_same_content_under_another_name_is_one_extract(world: World) -> None:
    world.deliver("a.csv", GOOD)
    world.ingest()
    world.deliver("b.csv", GOOD)
    report = world.ingest()
    assert [one.outcome for one in report.outcomes] == ["already_loaded"] * 2
    assert world.query("select count(*) from raw_shop.order_lines") == [(2,)]


def test_a_dry_run_tells_and_writes_nothing(world: World) -> None:
    path = world.deliver("orders.csv", MOSTLY_BAD)
    contract = load_contract(world.path / "contracts" / "orders.yml")
    tried = dry_run(path, contract)
    assert (tried.accepted, tried.rejected, tried.is_refused) == (1, 3, True)
    assert sum(one.count for one in tried.rejects) == 3
    assert tried.rejects[0].column_name == "ordered_at"
    record = MOSTLY_BAD.splitlines()[tried.rejects[0].record_number]
    assert tried.rejects[0].raw_record.strip() == record
    assert not world.settings.home.path.exists()


OTHER = ORDERS | {"contract": "others", "source_system": "other", "files": "other_*"}
MINE = ORDERS | {"files": "mine_*"}


def corrected(contract: dict[str, Any]) -> dict[str, Any]:
    """The contract with another meaning."""
    product = {"from": "product", "prefix": "p-"}
    return contract | {"columns": contract["columns"] | {"product": product}}


@pytest.fixture
def two_contracts(world: World) -> World:
    """Two extracts of one contract and one of another, loaded before both changed."""
    world.declare(MINE, OTHER)
    for number, name in enumerate(("mine_1.csv", "mine_2.csv", "other_1.csv")):
        world.deliver(name, f"{HEADER}\n{order_line(number)}\n")
    world.ingest()
    world.declare(corrected(MINE), corrected(OTHER))
    return world


def test_all_stale_extracts_of_a_contract_are_reloaded(two_contracts: World) -> None:
    world = two_contracts
    done = list(reload_stale(world.settings, "new prefix", "ann", "orders"))
    assert [one.extract.relative_path for one in done] == ["mine_1.csv", "mine_2.csv"]
    assert world.query(
        "select source_system, product, count(*) from raw_shop.order_lines"
        " group by all order by all"
    ) == [("other", "tea", 1), ("shop", "p-tea", 2)]
    with open_build(world.settings.home, read_only=True) as connection:
        for one in done:
            assert one.outcome and one.outcome.extract_id
            (event,) = list_events(connection, one.outcome.extract_id)
            assert (event.event, event.actor, event.reason) == (
                *("reloaded", "ann", "new prefix"),
            )
    assert list(reload_stale(world.settings, "again", "ann", "orders")) == []
    (rest,) = reload_stale(world.settings, "the others", "ann")
    assert rest.extract.relative_path == "other_1.csv"
    assert list(reload_stale(world.settings, "again", "ann")) == []


def test_a_reload_that_fails_keeps_no_other_from_it(two_contracts: World) -> None:
    world = two_contracts
    (world.path / "landing" / "mine_1.csv").unlink()
    first, *others = reload_stale(world.settings, "new prefix", "ann")
    assert first.failure and first.failure.rule == "file_is_kept"
    assert [one.failure for one in others] == [None, None]
    statuses = _statuses(world)
    assert statuses["mine_1.csv"] == "stale_contract"
    assert world.query(
        "select product, count(*) from raw_shop.order_lines group by all order by all"
    ) == [("p-tea", 2), ("tea", 1)]


@pytest.mark.parametrize(
    ("reason", "name", "rule"),
    [(" ", None, "reason_is_given"), ("why", "nobody", "contract_exists")],
)
def test_what_cannot_be_reloaded_is_said(
    two_contracts: World, reason: str, name: str | None, rule: str
) -> None:
    with pytest.raises(FitmartError) as caught:
        list(reload_stale(two_contracts.settings, reason, "ann", name))
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("same_record", "told"), [("extract_and_record", ("orders.csv",)), ("key", ())]
)
def test_a_file_that_grew_under_its_name_is_told(
    same_record: str, told: tuple[str, ...], world: World
) -> None:
    records = {"mode": "append", "same_record": same_record}
    world.declare(ORDERS | {"records": records})
    world.deliver("orders.csv", GOOD)
    assert world.ingest().beside == ()
    world.deliver("orders.csv", GOOD + order_line(3) + "\n")
    assert world.ingest().beside == told
    assert world.ingest().beside == ()
