"""Where nothing is true, verdicts decide no more often than chance lets their rules.

Sixty segments here; `make truth` tries four hundred. A rule is held to its exact error,
by `bench/power.py`, plus what 99.9 % of such companies stay within.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from scipy.stats import binom

from pipelines.demo.false_alarms import NOMINAL, RULES, Rule, tell_alarms
from pipelines.demo.generate import generate
from pipelines.demo.rehearse import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    import duckdb

pytestmark = pytest.mark.slow

SEGMENTS = 60
MARTS = dict.fromkeys(rule.mart for rule in RULES)


@pytest.fixture(scope="module")
def null_build(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Equal segments without any effect, with the marts of the rules."""
    demo = tmp_path_factory.mktemp("null")
    generate(demo, seed=1, months=18, segments=SEGMENTS, world="null", increments=False)
    rehearsal = Rehearsal.begin(demo, tmp_path_factory.mktemp("null_home"))
    rehearsal.land()
    rehearsal.ingest()
    rehearsal.build(with_tests=False, marts=MARTS)
    with rehearsal.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def power() -> ModuleType:
    file = Path(__file__).resolve().parents[2] / "bench/power.py"
    spec = importlib.util.spec_from_file_location("power", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rule(name: str) -> Rule:
    (found,) = (rule for rule in RULES if rule.name == name)
    return found


def test_errors_are_those_of_the_rules(power: Any) -> None:
    """Thirty customers a month, and 100 to 300 answers a wave."""
    fit = max(sum(power.fit_decides(n, 0.40)) for n in range(100, 301))
    assert NOMINAL - 0.001 < fit <= NOMINAL
    sales = 2 * power.sales_up(90, 1.0, 2)
    assert rule("sales go up or down").error == pytest.approx(sales, abs=1e-4)
    # of eighteen months the first six are history, and the last six have twelve
    histories = (*range(6, 12), *[12] * 6)
    surge = sum(power.surge_found(30, 1.0, n) for n in histories) / 12
    assert rule("a month is a surge").error == pytest.approx(surge, abs=1e-4)


def test_nothing_is_decided_more_often_than_by_chance(
    null_build: duckdb.DuckDBPyConnection,
) -> None:
    wrong = [
        (alarms.rule.name, alarms.decided, alarms.trials)
        for alarms in tell_alarms(null_build)
        if alarms.decided > binom.ppf(0.999, alarms.trials, alarms.rule.error)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "name",
    [
        "fit is above or below 40 %",
        "sales go up or down",
        "a month is a surge",
        "very disappointed customers stay longer or shorter",
    ],
)
def test_a_rule_was_tried_in_the_segments(
    null_build: duckdb.DuckDBPyConnection, name: str
) -> None:
    """A rule without trials could not fail."""
    (alarms,) = tell_alarms(null_build, (rule(name),))
    assert alarms.trials >= 0.9 * SEGMENTS


@pytest.mark.parametrize(
    ("mart", "decided", "trial"),
    [
        ("verdict_fit_by_segment", "verdict in ('above', 'below')", "is_current"),
        ("verdict_fit_sales_quadrant", "verdict <> 'undetermined'", "is_current"),
        (
            "verdict_longevity",
            "verdict in ('stays_longer', 'stays_shorter')",
            "is_current",
        ),
        (
            "verdict_word_of_mouth",
            "verdict in ('growing', 'shrinking')",
            "is_current",
        ),
    ],
)
def test_a_verdict_says_how_many_were_decided(
    null_build: duckdb.DuckDBPyConnection, mart: str, decided: str, trial: str
) -> None:
    """And how many of them chance would have given: one in twenty of the segments at
    most, and not none."""
    (row,) = null_build.execute(
        "select distinct decided_count, expected_by_chance_count,"
        f" (select count(*) from verdicts.{mart}"
        f" where segment_id <> 'all' and {trial} and {decided})"
        f" from verdicts.{mart}"
    ).fetchall()
    told, expected, counted = row
    assert told == counted
    assert expected <= (SEGMENTS + 1) / 20


def test_a_rule_that_cries_wolf_is_found(
    null_build: duckdb.DuckDBPyConnection,
) -> None:
    """Reading point estimates instead of intervals decides in every segment."""
    naive = Rule(
        "scores over or under 40 %",
        "verdicts.verdict_fit_by_segment",
        "is_current and fit_basis = 'pmf' and estimate is not null",
        "estimate <> 0.4",
        NOMINAL,
    )
    (alarms,) = tell_alarms(null_build, (naive,))
    assert alarms.decided > binom.ppf(0.999, alarms.trials, naive.error)
