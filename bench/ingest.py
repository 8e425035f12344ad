"""How long a whole ingest takes, against DuckDB's own typed read of the same file.

Both run in fresh processes and end in a file database. The ingest also hashes the file,
counts its records independently, and writes rejects and ledger in one transaction.

    python bench/ingest.py [ROWS] [REPEATS]

Prints ratios of the medians, and the peak memory of the ingest. CPU time (imports
included) stands beside: it tells whether something else kept the machine busy.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipelines.extracts.contract import Contract  # noqa: E402 (bench is run as a file)
from pipelines.extracts.ingest import ingest  # noqa: E402
from pipelines.project import Home, Settings  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS") or 10_000_000)
MOST_RATIO = 1.8
MOST_MEMORY_MB = 2000
COLUMNS = {
    "order_id": "varchar",
    "line_number": "bigint",
    "customer_id": "varchar",
    "ordered_at": "timestamp",
    "product": "varchar",
    "quantity": "double",
    "unit_amount": "decimal(18, 4)",
    "line_amount": "decimal(18, 4)",
    "currency_code": "varchar",
}
LINES = """
    copy (
        select
            'O' || lpad((i // 3)::varchar, 9, '0') as order_id,
            i % 3 + 1 as line_number,
            'C' || lpad((hash(i // 3) % 500000)::varchar, 7, '0') as customer_id,
            timestamp '2023-01-01' + to_seconds((i * 9)::bigint) as ordered_at,
            'P' || (hash(i) % 5000)::varchar as product,
            hash(i + 1) % 5 + 1 as quantity,
            ((hash(i + 2) % 10000) / 100.0)::decimal(18, 2) as unit_amount,
            ((hash(i + 3) % 50000) / 100.0)::decimal(18, 2) as line_amount,
            'EUR' as currency_code
        from range({rows:d}) as lines (i)
    ) to '{path}' (header true)
"""


def contract(same_record: str) -> Contract:
    """The contract of the generated file."""
    return Contract.model_validate(
        {
            "contract": "bench_orders",
            "feed": "shop.order_lines",
            "source_system": "bench",
            "files": "orders.csv",
            "format": {"type": "csv"},
            "records": {"mode": "append", "same_record": same_record},
            "columns": {name: name for name in COLUMNS},
        }
    )


def run_ingest(folder: Path, same_record: str) -> dict[str, float]:
    """One whole ingest into an empty home."""
    home = Home(folder / "home")
    shutil.rmtree(home.path, ignore_errors=True)
    settings = Settings(
        home=home,
        landing=folder / "landing",
        contracts=folder,
        as_of=date(2030, 1, 1),
    )
    begun = time.perf_counter()
    report = ingest(settings, [contract(same_record)])
    seconds = time.perf_counter() - begun
    (outcome,) = report.outcomes
    if outcome.outcome != "loaded":
        raise SystemExit(f"the file was not loaded: {outcome}")
    return {"seconds": seconds, "rows": outcome.loaded, **_usage()}


def run_duckdb(folder: Path) -> dict[str, float]:
    """DuckDB's own `create table as from read_csv`, every type declared."""
    database = folder / "typed.duckdb"
    database.unlink(missing_ok=True)
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
    begun = time.perf_counter()
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"create table lines as from read_csv(?, columns = {{{columns}}},"
            " header = true, auto_detect = false, delim = ',', quote = '\"')",
            [str(folder / "landing" / "orders.csv")],
        )
        row = connection.execute("select count(*) from lines").fetchone()
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "rows": row[0] if row else 0, **_usage()}


def _usage() -> dict[str, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
    }


def _in_fresh_process(folder: Path, what: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--only", what, "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> int:
    """Measure, print, and say whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=ROWS)
    parser.add_argument("repeats", nargs="?", type=int, default=3)
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.only == "duckdb":
        print(json.dumps(run_duckdb(chosen.folder)))
        return 0
    if chosen.only:
        print(json.dumps(run_ingest(chosen.folder, chosen.only)))
        return 0
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        folder = Path(name)
        (folder / "landing").mkdir()
        path = folder / "landing" / "orders.csv"
        duckdb.execute(LINES.format(rows=chosen.rows, path=path))
        size = path.stat().st_size / 1e6
        print(f"{chosen.rows:,} order lines, {size:,.0f} MB of CSV")
        return _compare(folder, chosen.repeats)


def _compare(folder: Path, repeats: int) -> int:
    found: dict[str, list[dict[str, float]]] = {}
    for _ in range(repeats):
        for what in ("duckdb", "extract_and_record"):
            found.setdefault(what, []).append(_in_fresh_process(folder, what))
    found["key"] = [_in_fresh_process(folder, "key")]
    seconds = {
        what: statistics.median(one["seconds"] for one in runs)
        for what, runs in found.items()
    }
    cpu = {
        what: statistics.median(one["cpu_seconds"] for one in runs)
        for what, runs in found.items()
    }
    memory = {what: max(one["peak_mb"] for one in runs) for what, runs in found.items()}
    print(f"typed read_csv       {seconds['duckdb']:6.1f} s  CPU {cpu['duckdb']:.1f} s")
    for what in ("extract_and_record", "key"):
        ratio = seconds[what] / seconds["duckdb"]
        print(
            f"ingest, {what:<19}{seconds[what]:6.1f} s  ratio {ratio:.2f}"
            f"  CPU {cpu[what]:.1f} s"
            f"  peak {memory[what]:,.0f} MB"
        )
    ratio = seconds["extract_and_record"] / seconds["duckdb"]
    holds = ratio <= MOST_RATIO and max(memory.values()) <= MOST_MEMORY_MB
    print(f"at most {MOST_RATIO} and {MOST_MEMORY_MB} MB: {'yes' if holds else 'no'}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
