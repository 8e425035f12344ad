"""Warehouses of generated companies, each made once per session.

The seed was fixed before the first comparison and is never tuned: one cell in twenty
lies outside its interval, and the tests say how many may.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.demo.generate import generate
from pipelines.demo.rehearse import Rehearsal
from pipelines.demo.snapshot import Snapshot

SEED = 1
SCALE = 0.2
REPLICATES = 60


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extracts of the company with everything planted."""
    out = tmp_path_factory.mktemp("demo")
    generate(out, seed=SEED, scale=SCALE)
    return out


@pytest.fixture(scope="session")
def company(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """The company after its initial landing, with every model and test of dbt."""
    rehearsal = Rehearsal.begin(demo, tmp_path_factory.mktemp("company"))
    rehearsal.land()
    rehearsal.ingest()
    rehearsal.build(with_tests=True)
    return rehearsal


@pytest.fixture(scope="session")
def marts(
    company: Rehearsal, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The initial build, kept as it was: later drops go to the home itself."""
    copy = tmp_path_factory.mktemp("initial") / "build.duckdb"
    copy.write_bytes(company.settings.home.build.read_bytes())
    with duckdb.connect(str(copy), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def after_all_drops(
    request: pytest.FixtureRequest, company: Rehearsal
) -> tuple[Rehearsal, dict[str, Snapshot]]:
    """The same home after each increment in turn, and what it held each time."""
    request.getfixturevalue("marts")  # the copy comes before the drops
    held = {}
    rehearsal = company
    for stage in company.truth.stages[1:]:
        rehearsal = company.at(date.fromisoformat(stage["as_of"]))
        rehearsal.land(stage["drop"])
        rehearsal.ingest()
        with rehearsal.connect() as connection:
            held[stage["drop"]] = Snapshot.take(connection)
    rehearsal.build(with_tests=False)
    return rehearsal, held


@pytest.fixture(scope="session")
def replicates(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """Independent segments in one company, with the models and without the tests."""
    demo = tmp_path_factory.mktemp("replicates")
    generate(demo, seed=SEED, months=12, segments=REPLICATES, increments=False)
    rehearsal = Rehearsal.begin(demo, tmp_path_factory.mktemp("many"))
    rehearsal.land()
    rehearsal.ingest()
    rehearsal.build(with_tests=False)
    return rehearsal
