"""`kill -9` at random moments of an ingest: nothing is lost, nothing is doubled.

`FITMART_KILLS` sets the number of kills (20 by default).
"""

import multiprocessing
import os
import random
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from pipelines.extracts.contract_files import load_contracts
from pipelines.extracts.ingest import ingest
from tests.integration.ingest.conftest import HEADER, ORDERS, World, order_line

KILLS = int(os.environ.get("FITMART_KILLS") or 20)
FILES = 6
RECORDS = 3000
FORKS = multiprocessing.get_context("forkserver")


def _deliver(world: World) -> tuple[int, int]:
    """Files of every reading path; how many records are good, and how many are not."""
    good = bad = 0
    for number in range(FILES):
        lines = [order_line(n, f"file {number}") for n in range(RECORDS)]
        if number % 3 == 1:
            lines[7] = lines[7].replace("2024-01-01", "yesterday")
        if number % 3 == 2:
            lines[7] += ",extra"
        bad += number % 3 > 0
        good += RECORDS - (number % 3 > 0)
        world.deliver(f"orders_{number}.csv", "\n".join([HEADER, *lines, ""]))
    world.deliver("refused.csv", "another header\n1\n")
    return good, bad


def _start(world: World) -> BaseProcess:
    contracts = load_contracts(world.settings.contracts)
    child = FORKS.Process(target=ingest, args=(world.settings, contracts))
    child.start()
    return child


def _whole_duration(world: World) -> float:
    """How long an undisturbed ingest takes, so that kills fall all over it."""
    begun = time.monotonic()
    child = _start(world)
    child.join(timeout=120)
    assert child.exitcode == 0
    return time.monotonic() - begun


def _consistent(world: World) -> None:
    """The ledger says exactly what the tables hold, whatever was interrupted."""
    if not world.settings.home.build.exists():
        return
    if not world.query("select 1 from duckdb_tables() where table_name = 'extracts'"):
        return
    held = dict(
        world.query("select extract_id, count(*) from raw_shop.order_lines group by 1")
        if world.query("select 1 from duckdb_tables() where table_name = 'order_lines'")
        else []
    )
    ledger = {row.extract_id: row.loaded_count for row in world.ledger()}
    assert {name: count for name, count in ledger.items() if count} == held
    kept = {path.name for path in world.settings.home.quarantine.glob("*")}
    assert {row.extract_id for row in world.ledger() if row.status == "refused"} <= kept


def test_killed_ingests_lose_and_double_nothing(
    new_world: Callable[[str], World],
) -> None:
    FORKS.set_forkserver_preload(["pipelines.extracts.ingest"])
    calm, world = new_world("calm"), new_world("killed")
    for made in (calm, world):
        made.declare(ORDERS)
        good, bad = _deliver(made)
    duration = min(_whole_duration(calm), 10)
    moments = random.Random(20261123)
    killed = 0
    for _ in range(KILLS):
        child = _start(world)
        child.join(timeout=moments.uniform(0, duration))
        killed += child.is_alive()
        child.kill()
        child.join()
        _consistent(world)
        if child.exitcode == 0:
            # Everything is in: begin again, so that later kills meet work too.
            _forget(world)
    world.ingest()
    _consistent(world)
    assert killed >= KILLS // 3
    assert world.query("select count(*) from raw_shop.order_lines") == [(good,)]
    assert world.query(
        "select count(distinct (product, order_id)) from raw_shop.order_lines"
    ) == [(good,)]
    assert world.query("select count(*) from ops.rejects") == [(bad,)]
    assert {(row.relative_path, row.status) for row in world.ledger()} == {
        (row.relative_path, row.status) for row in calm.ledger()
    }


def _forget(world: World) -> None:
    for path in world.settings.home.build.parent.iterdir():
        path.unlink()
