"""A whole refresh is killed at random moments, again and again; nothing comes of it.

Between two kills another extract arrives. In the end the marts must be those of a home
that took all extracts in one quiet run, no record lost or doubled, while a reader that
looks all the time never sees an error or a half-made publication. Kills of ingest and
of publication alone are in their own integration tests.

`FITMART_KILLS` says how many kills (3 by default; `make torture` takes 50).
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

KILLS = int(os.environ.get("FITMART_KILLS", "3"))
SEED = 20261123

CONTRACT = """\
contract: orders
feed: shop.order_lines
source_system: webshop
files: "orders_*.csv"
format: {type: csv}
records: {mode: append, same_record: key}
columns:
  order_id: order
  line_number: line
  customer_id: customer
  ordered_at: {from: at, format: "%Y-%m-%d %H:%M:%S"}
  line_amount: amount
  currency_code: {constant: EUR}
  line_type: {constant: sale}
"""


class Company:
    """A home, its landing and its contracts, and runs of the command line on them."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.landing = folder / "landing"
        self.contracts = folder / "contracts"
        self.landing.mkdir(parents=True)
        self.contracts.mkdir()
        (self.contracts / "orders.yml").write_text(CONTRACT)

    def deliver(self, number: int) -> None:
        """One more extract of 300 order lines, always the same for the same number."""
        draw = random.Random(f"{SEED}/{number}")
        lines = ["order,line,customer,at,amount"]
        for order in range(300):
            day = draw.randint(1, 28)
            lines.append(
                f"{number}-{order},1,C{draw.randint(1, 90)},"
                f"2026-{draw.randint(1, 9):02}-{day:02} 12:00:00,"
                f"{draw.randint(100, 9999) / 100}"
            )
        target = self.landing / f"orders_{number:03}.csv"
        temporary = target.with_suffix(".part")
        temporary.write_text("\n".join(lines) + "\n")
        temporary.replace(target)

    def start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "pipelines.cli", "run"),
                *("--home", str(self.home), "--landing", str(self.landing)),
                *("--contracts", str(self.contracts), "--as-of", "2026-11-01"),
            ],
            env={**os.environ, "FITMART_KEY": "5a" * 32},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self) -> float:
        """A run that nobody disturbs; how many seconds it took."""
        begun = time.perf_counter()
        process = self.start()
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0, output
        return time.perf_counter() - begun

    def kill_after(self, seconds: float) -> bool:
        """Start a run and kill it, and all that it started, `seconds` later; whether it
        was still running then."""
        process = self.start()
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return True
        assert process.returncode == 0, output
        return False

    def marts(self) -> list[tuple[object, ...]]:
        """Count and content hash of every published mart."""
        with duckdb.connect(
            str(self.home / "marts" / "current.duckdb"), read_only=True
        ) as connection:
            return connection.execute(
                "select schema_name, table_name, row_count, content_hash "
                "from meta.tables order by all"
            ).fetchall()

    def ledger(self) -> list[tuple[object, ...]]:
        with duckdb.connect(
            str(self.home / "warehouse" / "build.duckdb"), read_only=True
        ) as connection:
            return connection.execute(
                "select relative_path, status, records_in_file, loaded_count, "
                "rejected_count, superseded_count from ops.extracts order by all"
            ).fetchall()


@pytest.mark.torture
def test_a_refresh_killed_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    disturbed = Company(tmp_path / "disturbed")
    disturbed.deliver(0)
    disturbed.run()
    disturbed.deliver(1)
    # The first run is longer than those that are killed: it has all to prepare.
    seconds = disturbed.run()
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [
            *(sys.executable, str(Path(__file__).with_name("reader.py"))),
            *(str(disturbed.home / "marts" / "current.duckdb"), str(stop)),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    draw = random.Random(SEED)
    delivered = 2
    killed = 0
    try:
        while killed < KILLS:
            disturbed.deliver(delivered)
            delivered += 1
            killed += disturbed.kill_after(draw.uniform(0.05, 1.0) * seconds)
        disturbed.run()
    finally:
        # Whatever happens, the reader must not go on for ever.
        stop.touch()
    seen = json.loads(reader.communicate(timeout=60)[0])

    quiet = Company(tmp_path / "quiet")
    for number in range(delivered):
        quiet.deliver(number)
    quiet.run()

    assert seen["problems"] == []
    assert seen["reads"] > KILLS
    assert disturbed.ledger() == quiet.ledger()
    assert all(row[2] == row[3] == 300 for row in disturbed.ledger())
    assert disturbed.marts() == quiet.marts()
