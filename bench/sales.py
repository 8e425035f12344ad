"""What the models of sales cost beside one hand-written script.

At each scale both begin with the same raw tables and make the same marts: dbt with all
that they are made of, and `sales_by_hand.sql`, which knows this one company. The tables
of both are compared, column by column, before any figure is printed. Raw tables are
loaded straight from the generator, without files and without ingest. Only the marts of
`COMPARED` are built: what the script does not make is not measured.

    python bench/sales.py

BENCH_SCALES (20 and 100) can name smaller scales, such as BENCH_SCALES="1 5". Time is
the wall clock from the first model to the last; what dbt takes to start and to parse is
printed beside it. Exits with 1 when a ratio is over RATIO or growth over EXPONENT.
"""

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipelines.dbt_build import dbt_arguments  # noqa: E402 (bench is run as a file)
from pipelines.demo.companies import company_world  # noqa: E402
from pipelines.demo.generate import create_company  # noqa: E402
from pipelines.demo.straight import load_straight  # noqa: E402
from pipelines.demo.world import DEMO_AS_OF  # noqa: E402
from pipelines.project import Home, Settings  # noqa: E402

RATIO = 1.3
EXPONENT = 1.05
THREADS = 2
MEMORY = "2GB"
BY_HAND = Path(__file__).with_name("sales_by_hand.sql")
RATE = ("numerator", "denominator", "estimate", "ci_low", "ci_high")
COMPARED: dict[str, tuple[str, tuple[str, ...]]] = {
    "fct_orders": (
        "customer_key, currency_code, order_date, segment_id, is_counted, line_count",
        ("net_amount",),
    ),
    "sales_repeat_rate__cohort_month": (
        "segment_id, cohort_label, window_label, customer_count",
        RATE,
    ),
    "sales_rfm__customer": (
        "customer_key, segment_id, recency_score, frequency_score, monetary_score",
        ("net_amount_reporting",),
    ),
    "fct_mrr_customer_month": (
        "customer_key, segment_id, contract_type, mrr_month, spell_no, item_count",
        ("mrr_amount", "opening_mrr_amount", "constant_mrr_amount", "fx_amount"),
    ),
    "fct_mrr_movements": (
        "customer_key, segment_id, contract_type, movement, mrr_month",
        ("amount",),
    ),
    "sales_arpa__month": ("segment_id, measure, mrr_month", (*RATE, "median_amount")),
    "sales_revenue_concentration__month": (
        "segment_id, mrr_month, customer_count",
        ("mrr_amount", "largest_customer_rate", "top_10_customers_rate"),
    ),
    "sales_revenue_retention__month": (
        "segment_id, measure, horizon_months, mrr_month, customer_count",
        RATE,
    ),
    "fct_opportunities": (
        "customer_key, opportunity_type, outcome, segment_id, closed_segment_id,"
        " created_date, closed_date, reopened_count, is_counted",
        ("opportunity_amount_reporting",),
    ),
    "sales_win_rate__month": (
        "segment_id, opportunity_type, period_label, measure",
        RATE,
    ),
    "sales_win_rate__cohort_quarter": (
        "segment_id, cohort_label, opportunity_type, horizon_days, followed_count",
        ("numerator", "denominator", "estimate", "lost_rate"),
    ),
    "sales_pipeline__day": (
        "segment_id, opportunity_type, stage, calendar_date",
        ("open_amount", "open_deal_count", "changed_deal_count"),
    ),
}
"""Marts that both make: columns that must be equal, and numbers that must agree."""
CONDITIONS = {
    # by hand there is one pipeline only, and no row for a segment without anybody
    "sales_pipeline__day": "(stage = 'all') = (pipeline = 'all')",
    "sales_revenue_retention__month": "customer_count > 0",
}


def main() -> int:
    """Measure each scale, print, compare."""
    scales = [float(one) for one in os.environ.get("BENCH_SCALES", "20 100").split()]
    results = []
    print(f"{len(COMPARED)} marts of sales, {THREADS} threads, {MEMORY}")
    for scale in scales:
        with tempfile.TemporaryDirectory(prefix="fitmart-bench-") as place:
            result = measure(scale, Path(place))
        results.append(result)
        show(result)
    is_met = all(one["ratio"] <= RATIO for one in results)
    for before, after in pairwise(results):
        growth = math.log(after["dbt_s"] / before["dbt_s"])
        exponent = growth / math.log(after["scale"] / before["scale"])
        print(f"growth from {before['scale']:g} to {after['scale']:g}: {exponent:.2f}")
        is_met &= exponent <= EXPONENT
    print(f"aims: {RATIO:g} times the time of the script, growth {EXPONENT:g}")
    return 0 if is_met else 1


def measure(scale: float, place: Path) -> dict[str, Any]:
    """Both ways at one scale, each in a process of its own."""
    raw = place / "raw.duckdb"
    load(scale, raw)
    home = Home(place / "home")
    home.build.parent.mkdir(parents=True)
    home.spool.mkdir()
    shutil.copy(raw, home.build)
    dbt_wall, dbt_mb = run_dbt(home)
    results = json.loads((home.dbt_target / "run_results.json").read_text())["results"]
    by_hand = place / "script.duckdb"
    shutil.move(raw, by_hand)
    script_mb, script_s = run_script(by_hand)
    hold_equal(home.build, by_hand)
    return {
        "scale": scale,
        "dbt_s": spanned(results),
        "dbt_start_s": dbt_wall - spanned(results),
        "dbt_mb": dbt_mb,
        "script_s": script_s,
        "script_mb": script_mb,
        "ratio": spanned(results) / script_s,
        "models": {
            one["unique_id"].split(".")[-1]: one["execution_time"] for one in results
        },
    }


def load(scale: float, raw: Path) -> None:
    """Generate a company and fill the raw tables of a new warehouse."""
    with tempfile.TemporaryDirectory(dir=raw.parent) as scratch:
        folder = Path(scratch)
        with duckdb.connect(str(folder / "company.duckdb")) as connection:
            world = company_world(1, scale, 36)
            create_company(connection, world, folder)
            connection.execute(f"attach '{raw}' as warehouse")
            load_straight(connection, world, "warehouse")


def run_dbt(home: Home) -> tuple[float, float]:
    """Build the marts; seconds of the whole process, and its peak of memory."""
    settings = Settings(
        home=home, landing=home.path, contracts=home.path, as_of=DEMO_AS_OF
    )
    arguments = dbt_arguments("build", settings)
    arguments += ["--exclude-resource-type", "test", "--threads", str(THREADS)]
    arguments += ["--select", *(f"+{mart}" for mart in COMPARED)]
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *arguments]
    begun = time.perf_counter()
    memory = peak(
        command,
        {
            **settings.as_environment(),
            "FITMART_THREADS": str(THREADS),
            "FITMART_MEMORY_LIMIT": MEMORY,
        },
    )[0]
    return time.perf_counter() - begun, memory


def run_script(warehouse: Path) -> tuple[float, float]:
    """Make the tables by hand; peak of memory, and seconds of the script alone."""
    command = [sys.executable, __file__, "--script", str(warehouse)]
    memory, output = peak(command, {})
    return memory, float(output.splitlines()[-1])


def peak(command: list[str], variables: dict[str, str]) -> tuple[float, str]:
    """Peak of memory of a process in MB, and what it printed."""
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        sys.stderr.write(text[-3000:])
        raise SystemExit(f"{' '.join(command[:3])} … exited with {process.returncode}")
    return used.ru_maxrss / 1024, text


def script(warehouse: Path) -> None:
    """Run the script here, and print how long it took."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"set threads = {THREADS}")
        connection.execute(f"set memory_limit = '{MEMORY}'")
        connection.execute(f"set temp_directory = '{warehouse.parent}/spool'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set timezone = 'UTC'")
        begun = time.perf_counter()
        for statement in duckdb.extract_statements(BY_HAND.read_text(encoding="utf-8")):
            connection.execute(statement).fetchall()
        print(time.perf_counter() - begun)


def hold_equal(build: Path, by_hand: Path) -> None:
    """Stop where the two ways do not make the same rows."""
    with duckdb.connect(str(by_hand), read_only=True) as connection:
        connection.execute(f"attach '{build}' as built (read_only)")
        connection.execute(f"set memory_limit = '{MEMORY}'")
        for mart, (key, numbers) in COMPARED.items():
            columns = f"select {key}, {', '.join(numbers)} from"
            ours = f"{columns} built.sales.{mart}"
            if mart in CONDITIONS:
                ours += f" where {CONDITIONS[mart]}"
            theirs = f"{columns} by_hand.{mart}"
            check = rows_differing if mart.startswith("fct_") else rates_differing
            row = connection.execute(check(ours, theirs, key, numbers)).fetchone()
            count = connection.execute(f"select count(*) from ({theirs})").fetchone()
            if row != (0,) or count == (0,):
                raise SystemExit(f"{mart}: of {count} rows {row} differ")


def rows_differing(ours: str, theirs: str, key: str, numbers: tuple[str, ...]) -> str:
    """SQL of how many rows only one side has; their amounts are exact."""
    del key, numbers
    return (
        f"select count(*) from (({ours} except all {theirs})"
        f" union all ({theirs} except all {ours}))"
    )


def rates_differing(ours: str, theirs: str, key: str, numbers: tuple[str, ...]) -> str:
    """SQL of how many keys have no partner, or a number off by a millionth."""
    off = " or ".join(
        f"(ours.{name} is null) <> (theirs.{name} is null)"
        f" or abs(ours.{name}::double - theirs.{name}::double)"
        f" > 1e-6 * greatest(1, abs(theirs.{name}::double))"
        for name in numbers
    )
    return (
        f"select count(*) from ({ours}) as ours full join ({theirs}) as theirs"
        f" using ({key}) where {off}"
    )


def spanned(results: list[dict[str, Any]]) -> float:
    """Seconds from the start of the first model to the end of the last."""
    times = [
        datetime.fromisoformat(timing[end])
        for one in results
        for timing in one["timing"]
        for end in ("started_at", "completed_at")
    ]
    return (max(times) - min(times)).total_seconds()


def show(result: dict[str, Any]) -> None:
    print(f"scale {result['scale']:g}")
    print(
        f"  dbt    {result['dbt_s']:8.1f} s {result['dbt_mb']:7.0f} MB"
        f"   (and {result['dbt_start_s']:.1f} s to start and parse)"
    )
    print(f"  script {result['script_s']:8.1f} s {result['script_mb']:7.0f} MB")
    print(f"  ratio  {result['ratio']:8.2f}   (limit {RATIO:g})")
    slowest = sorted(result["models"].items(), key=lambda item: -item[1])[:12]
    for name, seconds in slowest:
        print(f"    {seconds:7.2f} s  {name}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--script"]:
        script(Path(sys.argv[2]))
    else:
        sys.exit(main())
