"""What a refresh costs beside the `dbt build` that it contains.

Wall time of the process of `fitmart run` on the demo, over that of a process that only
runs `dbt build` of the same project with the same selection, variables and warm parse
cache. Fresh processes, in turn; the median of RUNS. Ingest and publication, which a
bare build does not do at all, are printed apart. Exits with 1 above LIMIT.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipelines import record  # noqa: E402 (bench is run as a file)
from pipelines.dbt_build import dbt_arguments  # noqa: E402
from pipelines.project import Settings, environment  # noqa: E402

RUNS = int(os.environ.get("RUNS", "5"))
LIMIT = 1.8
REFRESH = (sys.executable, "-m", "pipelines.cli", "run")
DBT = (sys.executable, "-c", "from dbt.cli.main import cli; cli()")


def main() -> int:
    """Measure, print, compare."""
    with tempfile.TemporaryDirectory(prefix="fitmart-bench-") as folder:
        values = {"FITMART_HOME": folder, "LANDING": "", "CONTRACTS": "", "AS_OF": ""}
        with environment(values):
            return measure(Settings.from_environment())


def measure(settings: Settings) -> int:
    """Compare both on the demo in one home."""
    build = (*DBT, *dbt_arguments("build", settings))
    seconds(REFRESH)  # generates the demo, parses, fills the caches
    refreshes, builds, stages = [], [], []
    for _ in range(RUNS):
        with environment(settings.as_environment()):
            builds.append(seconds(build))
        refreshes.append(seconds(REFRESH))
        stages.append(record.read_all(settings.home)[0].seconds)
    ratio = statistics.median(refreshes) / statistics.median(builds)
    print(f"dbt build      {statistics.median(builds):6.2f} s  {shown(builds)}")
    print(f"fitmart run    {statistics.median(refreshes):6.2f} s  {shown(refreshes)}")
    for stage in ("ingest", "check", "transform", "publish"):
        middle = statistics.median(run[stage] for run in stages)
        share = middle / statistics.median(refreshes)
        print(f"  {stage:<12} {middle:6.2f} s  {share:.0%} of the run")
    print(f"overhead       {ratio:6.2f} x  (limit {LIMIT})")
    return 0 if ratio <= LIMIT else 1


def seconds(command: tuple[str, ...]) -> float:
    """Wall time of a process, with its start-up."""
    begun = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    taken = time.perf_counter() - begun
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-3000:] + done.stderr[-3000:])
        raise SystemExit(f"{' '.join(command[:4])} … exited with {done.returncode}")
    return taken


def shown(values: list[float]) -> str:
    return " ".join(f"{value:.2f}" for value in values)


if __name__ == "__main__":
    sys.exit(main())
