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
SCALE = 0.25
"""The smallest at which every planted effect can be seen (test_curves.py says so)."""
SMALL_SCALE = 0.05
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
def marts(company: Rehearsal) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build of the company."""
    with company.connect() as connection:
        yield connection


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A younger and smaller company: what is exact needs no size."""
    out = tmp_path_factory.mktemp("small_demo")
    generate(out, seed=SEED, scale=SMALL_SCALE, months=12)
    return out


@pytest.fixture(scope="session")
def after_drops(
    small_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Rehearsal, list[Snapshot]]:
    """A home after all drops in order, and what it held after each of them."""
    rehearsal = Rehearsal.begin(small_demo, tmp_path_factory.mktemp("small"))
    held = []
    for stage in rehearsal.truth.stages:
        rehearsal = rehearsal.at(date.fromisoformat(stage["as_of"]))
        rehearsal.land(stage["drop"])
        rehearsal.ingest()
        with rehearsal.connect() as connection:
            held.append(Snapshot.take(connection))
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
