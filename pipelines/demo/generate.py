"""`generate`: one demo company, delivered the way a company would deliver itself.

`initial/` is the landing of a first run. `increments/<date>/` is what arrives on later
days, to be added to the landing. `truth.json` stands beside them and is never read by
a model. The order of the steps is all that is decided here.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb

from pipelines.demo.companies import WorldName, make_world
from pipelines.demo.courier import Courier
from pipelines.demo.deliveries import deliver_everything
from pipelines.demo.draws import create_macros
from pipelines.demo.parameters import create_parameters
from pipelines.demo.truth import Truth, tell_truth
from pipelines.demo.world import DEMO_AS_OF, World
from pipelines.errors import FitmartError

__all__ = ["DEMO_AS_OF", "Truth", "generate"]

SQL = Path(__file__).parent / "sql"
STEPS = (
    "prices",
    "deals",
    "accounts",
    "customers",
    "releases",
    "subscriptions",
    "invoices",
    "opportunities",
    "acquisition",
    "crm_feeds",
    "orders",
    "surveys",
    "finance",
    "usage",
    "feedback",
    "recurring_revenue",
)
"""The parts of the company, each from those before it."""
LEFT_OUT = {"invoices", "usage"}
"""Steps that a lean world has nothing of."""

MEMORY_LIMIT = "1200MB"


def generate(
    out: Path,
    *,
    seed: int = 1,
    scale: float = 1.0,
    months: int = 36,
    segments: int | None = None,
    world: WorldName = "company",
    increments: bool = True,
    threads: int = 2,
    on_step: Callable[[str], None] | None = None,
) -> Truth:
    """Write the extracts of a generated company and the truth about it.

    Args:
        out: Folder that takes `initial/`, `increments/` and `truth.json`.
        scale: 1 is a company of about 6,000 customers; size grows linearly.
        months: Months of history before `DEMO_AS_OF`.
        segments: Plant this many independent segments instead of the five.
        world: `null` where nothing differs; `informative_nonresponse` where the
            answer decides whether somebody answers.
        increments: Whether to write what arrives after the initial landing.
        threads: How many threads write; the bytes are the same with any number.
        on_step: Called with the name of each step before it begins.

    Raises:
        FitmartError: An argument is out of range, or `out` is not a demo.
    """
    declared = _declared(world, seed, scale, months, segments)
    _clear(out)
    with tempfile.TemporaryDirectory(prefix="fitmart-demo-") as scratch:
        folder = Path(scratch)
        with duckdb.connect(str(folder / "demo.duckdb")) as connection:
            connection.execute(f"set threads = {int(threads)}")
            create_company(connection, declared, folder, on_step)
            if on_step is not None:
                on_step("extracts")
            courier = Courier(connection, out)
            deliver_everything(courier, declared, folder, increments=increments)
            truth = tell_truth(connection, declared, courier)
    truth.write(out / "truth.json")
    return truth


def create_company(
    connection: duckdb.DuckDBPyConnection,
    world: World,
    folder: Path,
    on_step: Callable[[str], None] | None = None,
) -> None:
    """Create the tables of a company, part by part; `folder` takes what they read."""
    connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
    connection.execute("set timezone = 'UTC'")
    create_macros(connection, world.seed)
    create_parameters(connection, world, folder)
    for step in STEPS:
        if world.is_lean and (
            step in LEFT_OUT or (step == "feedback" and not world.releases)
        ):
            continue
        if on_step is not None:
            on_step(step)
        sql = (SQL / f"{step}.sql").read_text(encoding="utf-8")
        connection.execute(sql).fetchall()


def _declared(
    name: WorldName, seed: int, scale: float, months: int, segments: int | None
) -> World:
    """The world, after its size has been checked."""
    limits = {
        "scale": (0.01 <= scale <= 1000, "a number from 0.01 to 1000"),
        "months": (6 <= months <= 48, "a whole number from 6 to 48"),
        "segments": (
            segments is None or 1 <= segments <= 999,
            "a whole number from 1 to 999",
        ),
    }
    for argument, (is_met, expectation) in limits.items():
        if not is_met:
            raise FitmartError(
                f"{argument} is out of range",
                rule="demo_size_is_possible",
                remedy=f"Give --{argument} {expectation}.",
            )
    return make_world(
        name, seed=seed, scale=float(scale), months=months, segments=segments
    )


def _clear(out: Path) -> None:
    """Remove an earlier demo, and nothing else."""
    ours = {"initial", "increments", "truth.json"}
    if out.exists() and {entry.name for entry in out.iterdir()} - ours:
        raise FitmartError(
            "the folder holds something else than a demo",
            file=str(out),
            rule="demo_folder_is_a_demo",
            remedy="Name another folder, or empty this one.",
        )
    out.mkdir(parents=True, exist_ok=True)
    for part in ("initial", "increments"):
        if (out / part).exists():
            shutil.rmtree(out / part)
    (out / "truth.json").unlink(missing_ok=True)
