"""A small company whose runs are started, watched and killed from outside."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb

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

    def deliver(self, number: int) -> Path:
        """One more extract of 300 orders, always the same for the same number."""
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
        return temporary.replace(target)

    @property
    def environment(self) -> dict[str, str]:
        """What a process is told about this company."""
        return {
            **os.environ,
            "FITMART_KEY": "5a" * 32,
            "FITMART_HOME": str(self.home),
            "LANDING": str(self.landing),
            "CONTRACTS": str(self.contracts),
            "AS_OF": "2026-11-01",
            # Each extract tells of earlier first orders: later cohorts vanish.
            "MAX_ROW_DROP_PERCENT": "100",
            "DAGSTER_HOME": str(self.home / "dagster"),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
        }

    def start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", "run"],
            env=self.environment,
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
        """Count and content hash of every published mart, but for what tells of earlier
        publications: another home has had others."""
        with duckdb.connect(
            str(self.home / "marts" / "current.duckdb"), read_only=True
        ) as connection:
            return connection.execute(
                "select schema_name, table_name, row_count, content_hash "
                "from meta.tables where table_name not in "
                "('verdict_history', 'sales_mrr_restatements__month') order by all"
            ).fetchall()

    def published_orders(self) -> int:
        """Orders that readers see."""
        with duckdb.connect(
            str(self.home / "marts" / "current.duckdb"), read_only=True
        ) as connection:
            row = connection.execute(
                "select sum(source_order_count) from sales.fct_orders"
            ).fetchone()
        return int(row[0]) if row else 0

    def ledger(self) -> list[tuple[object, ...]]:
        with duckdb.connect(
            str(self.home / "warehouse" / "build.duckdb"), read_only=True
        ) as connection:
            return connection.execute(
                "select relative_path, status, records_in_file, loaded_count, "
                "rejected_count, superseded_count from ops.extracts order by all"
            ).fetchall()
