"""Decisions about extracts, and the rejects, by the commands that people type."""

import csv
from pathlib import Path

import pytest

from pipelines.extracts.ledger import list_events
from pipelines.extracts.warehouse import open_build
from tests.integration.cli.conftest import BAD, Fitmart, id_of
from tests.integration.ingest.conftest import ORDERS, World


def test_the_ledger_is_listed_with_whole_ids(fitmart: Fitmart, world: World) -> None:
    shown = fitmart("extracts", "list")
    assert shown.code == 0
    for row in world.ledger():
        (line,) = [x for x in shown.out.splitlines() if row.extract_id in x]
        assert row.status in line
        assert row.relative_path in line


def test_the_ledger_is_filtered(fitmart: Fitmart, world: World) -> None:
    shown = fitmart("extracts", "list", "--status", "refused")
    assert id_of(world, "refused.csv") in shown.out
    assert id_of(world, "loaded.csv") not in shown.out
    empty = fitmart("extracts", "list", "--feed", "crm.accounts")
    assert (empty.code, "csv" in empty.out) == (0, False)


@pytest.mark.parametrize(
    ("option", "rule"), [("--status", "status_exists"), ("--feed", "feed_exists")]
)
def test_a_misspelt_filter_is_no_empty_ledger(
    fitmart: Fitmart, world: World, option: str, rule: str
) -> None:
    assert world.settings.home.build.exists()
    shown = fitmart("extracts", "list", option, "refusd")
    assert (shown.code, rule in shown.err) == (1, True)


def test_a_refusal_is_reloaded_under_a_corrected_contract(
    fitmart: Fitmart, world: World
) -> None:
    refused = id_of(world, "refused.csv")
    again = fitmart("extracts", "reload", refused, "--reason", "once more")
    assert again.code == 1
    assert "reject_share" in again.err
    world.declare(ORDERS | {"records": ORDERS["records"] | {"max_reject_rate": 1.0}})
    done = fitmart("extracts", "reload", refused, "--reason", "limit raised")
    assert (done.code, done.err) == (0, "")
    rows = {row.extract_id: row for row in world.ledger()}
    assert rows[refused].status == "replaced"
    assert rows[str(rows[refused].replaced_by)].status == "loaded"
    assert world.query("select count(*) from raw_shop.order_lines") == [(3,)]


def test_an_extract_is_named_by_the_beginning_of_its_id(
    fitmart: Fitmart, world: World
) -> None:
    loaded = id_of(world, "loaded.csv")
    short = ["extracts", "withdraw", loaded[:6], "--reason", "by mistake"]
    done = fitmart(*short, "--actor", "ann")
    assert done.code == 0
    assert loaded in done.out
    assert world.query("select count(*) from raw_shop.order_lines") == [(0,)]
    with open_build(world.settings.home, read_only=True) as connection:
        event = list_events(connection, loaded)[-1]
    assert (event.actor, event.reason) == ("ann", "by mistake")


@pytest.mark.parametrize("name", ["", "abc", "no-such-extract", "%", "' or 1=1 --"])
@pytest.mark.parametrize("verb", ["reload", "withdraw", "accept"])
def test_a_wrong_id_changes_nothing(
    fitmart: Fitmart, world: World, verb: str, name: str
) -> None:
    before = world.ledger()
    shown = fitmart("extracts", verb, name, "--reason", "why not")
    assert (shown.code, "extract_exists" in shown.err) == (1, True)
    assert world.ledger() == before


def test_a_refusal_is_accepted_where_only_the_home_is_named(
    fitmart: Fitmart, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = id_of(world, "refused.csv")
    monkeypatch.delenv("LANDING")
    monkeypatch.delenv("CONTRACTS")
    assert fitmart("extracts", "accept", refused, "--reason", "known").code == 0
    # These read the contract, and must not take one of the demo for it.
    shown = fitmart("extracts", "reload", refused, "--reason", "known")
    assert (shown.code, "home_kind_is_the_same" in shown.err) == (1, True)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_decision_without_a_reason_is_none(
    fitmart: Fitmart, world: World, reason: str
) -> None:
    refused = id_of(world, "refused.csv")
    shown = fitmart("extracts", "accept", refused, "--reason", reason)
    assert (shown.code, "reason_is_given" in shown.err) == (1, True)


def test_rejects_are_shown_without_their_text(fitmart: Fitmart, world: World) -> None:
    loaded = id_of(world, "loaded.csv")
    shown = fitmart("rejects", "show", "--extract", loaded[:8])
    assert shown.code == 0
    assert "ordered_at" in shown.out
    assert "HYPERLINK" not in shown.out
    (line,) = shown.out.splitlines()[1:]
    assert line.startswith(loaded)


def test_exported_rejects_are_whole_private_and_no_formula(
    fitmart: Fitmart, world: World, tmp_path: Path
) -> None:
    target = tmp_path / "rejects.csv"
    loaded = id_of(world, "loaded.csv")
    assert fitmart("rejects", "export", target, "--extract", loaded).code == 0
    with target.open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["raw_record"] == f"'{BAD}\n"
    assert target.stat().st_mode & 0o077 == 0


def test_an_export_that_fails_leaves_what_was_there(
    fitmart: Fitmart, world: World, tmp_path: Path
) -> None:
    target = tmp_path / "rejects.csv"
    target.write_text("mine")
    (world.settings.home.keys / "home.key").unlink()
    shown = fitmart("rejects", "export", target)
    assert (shown.code, "key_is_present" in shown.err) == (1, True)
    assert target.read_text() == "mine"
    wrong = fitmart("rejects", "export", tmp_path / "other.csv", "--extract", "no-one")
    assert (wrong.code, "extract_exists" in wrong.err) == (1, True)
    assert not (tmp_path / "other.csv").exists()


@pytest.mark.parametrize("target", [".", "nowhere/rejects.csv"])
def test_rejects_go_to_a_file(
    fitmart: Fitmart, world: World, tmp_path: Path, target: str
) -> None:
    assert world.settings.home.build.exists()
    shown = fitmart("rejects", "export", tmp_path / target)
    assert (shown.code, "file_can_be_written" in shown.err) == (1, True)


def test_stale_extracts_are_reloaded_together(fitmart: Fitmart, world: World) -> None:
    product = {"from": "product", "prefix": "p-"}
    world.declare(ORDERS | {"columns": ORDERS["columns"] | {"product": product}})
    wanted = ["extracts", "reload", "--contract", "orders", "--reason", "prefix"]
    done = fitmart(*wanted, "--actor", "ann")
    assert (done.code, done.err) == (0, "")
    assert "1 of 1 stale extracts are reloaded" in " ".join(done.out.split())
    assert world.query("select distinct product from raw_shop.order_lines") == [
        ("p-tea",)
    ]
    again = fitmart("extracts", "reload", "--all-stale", "--reason", "prefix")
    assert (again.code, "No extract is stale" in again.out) == (0, True)


def test_a_stale_extract_without_its_file_is_named(
    fitmart: Fitmart, world: World
) -> None:
    product = {"from": "product", "prefix": "p-"}
    world.declare(ORDERS | {"columns": ORDERS["columns"] | {"product": product}})
    (world.path / "landing" / "loaded.csv").unlink()
    shown = fitmart("extracts", "reload", "--all-stale", "--reason", "prefix")
    assert (shown.code, "file_is_kept" in shown.err) == (1, True)
    assert "0 of 1 stale extracts" in " ".join(shown.out.split())


@pytest.mark.parametrize(
    "named",
    [[], ["3f9a1c", "--all-stale"], ["--all-stale", "--contract", "orders"]],
    ids=["nothing", "one and all", "contract and all"],
)
def test_a_reload_says_exactly_what(
    fitmart: Fitmart, world: World, named: list[str]
) -> None:
    before = world.ledger()
    shown = fitmart("extracts", "reload", *named, "--reason", "why not")
    assert (shown.code, "extracts_are_named" in shown.err) == (1, True)
    assert world.ledger() == before
