"""What the report takes and weighs, and that neither grows with the rows behind it.

At each scale the demo company is loaded straight from the generator, dbt makes all
marts, they are written as a publication, and its report is rendered REPEATS times (the
first time with the chart library, which is bundled once per process, apart).

    python bench/report.py

BENCH_SCALES (1 and 20) can name other scales, such as BENCH_SCALES="1 2". Exits with 1
when a page is over LARGEST bytes, or GROWTH times as large or as slow as the smallest.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipelines.dbt_build import BuildResult, dbt_arguments  # noqa: E402
from pipelines.demo.companies import company_world  # noqa: E402
from pipelines.demo.generate import create_company  # noqa: E402
from pipelines.demo.straight import load_straight  # noqa: E402
from pipelines.demo.world import DEMO_AS_OF  # noqa: E402
from pipelines.extracts.ledger import create_ops_tables  # noqa: E402
from pipelines.project import Home, Settings  # noqa: E402
from pipelines.publishing.build import opened_build  # noqa: E402
from pipelines.publishing.candidate import candidate  # noqa: E402
from pipelines.publishing.outcome import Audit  # noqa: E402
from pipelines.publishing.write import write_file  # noqa: E402
from pipelines.reporting import javascript  # noqa: E402
from pipelines.reporting.page import render  # noqa: E402

REPEATS = 5
LARGEST = 3_000_000
GROWTH_IN_SIZE = 1.2
GROWTH_IN_TIME = 3.0


@dataclass(frozen=True)
class Measured:
    """One scale."""

    scale: float
    rows: int
    size: int
    seconds: float


def main() -> int:
    """Measure each scale, print, compare with the smallest."""
    begun = time.perf_counter()
    library = len(javascript.library())
    taken = time.perf_counter() - begun
    print(f"chart library  {library:>10,} bytes  {taken:6.2f} s, once per process")
    results = []
    for scale in [float(one) for one in os.environ.get("BENCH_SCALES", "1 20").split()]:
        with tempfile.TemporaryDirectory(prefix="fitmart-bench-") as place:
            one = measure(scale, Home(Path(place) / "home"))
        results.append(one)
        print(
            f"scale {scale:<8g} {one.size:>10,} bytes  {one.seconds:6.2f} s, "
            f"of {one.rows:,} rows of marts"
        )
    first = min(results, key=lambda one: one.scale)
    is_met = all(
        one.size <= LARGEST
        and one.size <= GROWTH_IN_SIZE * first.size
        and one.seconds <= GROWTH_IN_TIME * first.seconds
        for one in results
    )
    print(
        f"aims: {LARGEST:,} bytes, {GROWTH_IN_SIZE:g} times the size and "
        f"{GROWTH_IN_TIME:g} times the time of the smallest scale"
    )
    return 0 if is_met else 1


def measure(scale: float, home: Home) -> Measured:
    """Make a publication of one scale, and render its page again and again."""
    file = publication(scale, home)
    seconds = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        page = render(file)
        seconds.append(time.perf_counter() - begun)
    with duckdb.connect(str(file), read_only=True) as connection:
        counted = connection.execute(
            "select sum(row_count) from meta.tables"
        ).fetchone()
    rows = int(counted[0]) if counted else 0
    return Measured(scale, rows, len(page), statistics.median(seconds))


def publication(scale: float, home: Home) -> Path:
    """Load, build and write; the gate and the swap are not what is measured."""
    home.build.parent.mkdir(parents=True)
    home.spool.mkdir()
    home.marts.mkdir()
    with (
        tempfile.TemporaryDirectory(dir=home.path) as scratch,
        duckdb.connect(str(Path(scratch) / "company.duckdb")) as connection,
    ):
        world = company_world(1, scale, 36)
        create_company(connection, world, Path(scratch))
        connection.execute(f"attach '{home.build}' as warehouse")
        load_straight(connection, world, "warehouse")
    with duckdb.connect(str(home.build)) as connection:
        create_ops_tables(connection)
    settings = Settings(
        home=home, landing=home.path, contracts=home.path, as_of=DEMO_AS_OF
    )
    arguments = dbt_arguments("build", settings)
    arguments += ["--exclude-resource-type", "test"]
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *arguments]
    variables = {**os.environ, **settings.as_environment()}
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(done.stdout[-3000:])
    return write(settings)


def write(settings: Settings) -> Path:
    """Write all marts of the build into a publication file."""
    result = BuildResult.read(settings.home)
    audit = Audit(
        manifest=result.manifest,
        run_results=result.run_results,
        invocation_id=result.invocation_id,
        started_at=datetime.now(UTC),
        outcomes=(),
        expected_checks=frozenset(),
    )
    file = settings.home.marts / "bench.duckdb"
    with opened_build(settings.home) as connection:
        new = candidate(
            connection, settings, audit, run_id="bench", key=bytes(32), code_version="-"
        )
        write_file(
            connection, file, new.header, new.tables, new.contents, quality=new.quality
        )
    return file


if __name__ == "__main__":
    sys.exit(main())
