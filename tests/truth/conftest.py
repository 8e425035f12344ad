"""Warehouses of generated companies, each made once per session.

The seed was fixed before the first comparison and is never tuned: one cell in twenty
lies outside its interval, and the tests say how many may.
"""

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.demo.coverage import RATES
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
    """A home after all drops in order, and what it held after each of them.

    Its marts were built before the last drop as well: they are those of a home in use.
    """
    rehearsal = Rehearsal.begin(small_demo, tmp_path_factory.mktemp("small"))
    held = []
    for stage in rehearsal.truth.stages:
        rehearsal = rehearsal.at(date.fromisoformat(stage["as_of"]))
        rehearsal.land(stage["drop"])
        rehearsal.ingest()
        with rehearsal.connect() as connection:
            held.append(Snapshot.take(connection))
        if len(held) >= len(rehearsal.truth.stages) - 1:
            rehearsal.build(with_tests=False)
    return rehearsal, held


@pytest.fixture(scope="session")
def shuffled(
    small_demo: Path,
    after_drops: tuple[Rehearsal, list[Snapshot]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Rehearsal:
    """An empty home given the extracts of all drops in four heaps, in any order."""
    in_order, _ = after_drops
    rehearsal = Rehearsal.begin(small_demo, tmp_path_factory.mktemp("shuffled"))
    rehearsal = rehearsal.at(in_order.settings.as_of)
    files = sorted(
        path
        for folder in ("initial", "increments")
        for path in (small_demo / folder).rglob("*")
        if path.is_file()
    )
    random.Random(7).shuffle(files)
    for number in range(4):
        rehearsal.land_files(files[number::4])
        rehearsal.ingest()
    rehearsal.build(with_tests=False)
    return rehearsal


@pytest.fixture(scope="session")
def replicates(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """Independent segments in one company, with the marts that are judged."""
    demo = tmp_path_factory.mktemp("replicates")
    generate(demo, seed=SEED, months=12, segments=REPLICATES, increments=False)
    rehearsal = Rehearsal.begin(demo, tmp_path_factory.mktemp("many"))
    rehearsal.land()
    rehearsal.ingest()
    rehearsal.build(with_tests=False, marts=dict.fromkeys(RATES.values()))
    return rehearsal
