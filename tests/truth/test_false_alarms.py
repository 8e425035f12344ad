"""Where nothing is true, verdicts decide no more often than chance lets their rules.

Sixty segments here; `make truth` tries four hundred. A rule is held to its exact error,
by `bench/power.py`, plus what 99.9 % of such companies stay within.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scipy.stats import binom

from bench import power
from pipelines.demo.false_alarms import (
    FADED,
    FIT_ABOVE,
    FIT_BELOW,
    KEPT_ABOVE,
    KEPT_BELOW,
    NOMINAL,
    NULL_SEGMENTS,
    RULES,
    Rule,
    tell_alarms,
)
from pipelines.demo.generate import generate
from pipelines.demo.rehearse import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def rule(name: str) -> Rule:
    (found,) = (rule for rule in RULES if rule.name == name)
    return found


def test_errors_are_those_of_the_rules() -> None:
    """Thirty customers a month, and 100 to 300 answers a wave."""
    fit = max(sum(power.fit_decides(n, 0.40)) for n in range(100, 301))
    assert NOMINAL - 0.001 < fit <= NOMINAL
    sales = 2 * power.sales_up(90, 1.0, 2)
    assert rule("sales go up or down").error == pytest.approx(sales, abs=1e-4)
    # of eighteen months the first six are history, and the last six have twelve
    histories = (*range(6, 12), *[12] * 6)
    surge = sum(power.surge_found(30, 1.0, n) for n in histories) / 12
    assert rule("a month is a surge").error == pytest.approx(surge, abs=1e-4)
    assert pytest.approx(12 * surge * NOMINAL, abs=1e-4) == FADED
    # thirty to eighty customers of a segment are followed through both halves
    rate = 1 - 0.94**6
    asked = max(power.mentions_differ(n, rate, rate) for n in range(30, 81))
    assert asked <= NOMINAL


def test_errors_of_the_gate_are_those_of_its_criteria() -> None:
    waves = [power.fit_decides(n, 0.40) for n in range(100, 301)]
    above, below = (max(side) for side in zip(*waves, strict=True))
    assert pytest.approx(above, abs=1e-4) == FIT_ABOVE
    assert pytest.approx(below, abs=1e-4) == FIT_BELOW
    kept = power.survival_decides(30, 18, 0.80, 0.80)
    assert kept == pytest.approx((KEPT_ABOVE, KEPT_BELOW), abs=1e-4)


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
        "who asked for a theme scores higher or lower",
        "readiness: the fit score is met or not",
        "readiness: retention is met or not",
        "readiness: a surge without fit is open",
        "readiness: not ready",
        "readiness: fit and retention are both met",
    ],
)
def test_a_rule_was_tried_in_the_segments(
    null_build: duckdb.DuckDBPyConnection, name: str
) -> None:
    """A rule without trials could not fail."""
    (alarms,) = tell_alarms(null_build, (rule(name),))
    assert alarms.trials >= 0.9 * SEGMENTS


def test_the_feedback_loop_was_tried_in_the_segments(
    null_build: duckdb.DuckDBPyConnection,
) -> None:
    """Some segments have fewer than thirty customers to follow; none lacks the loop:
    what was asked for came, and half a year of it is over."""
    verdicts = dict(
        null_build.execute(
            "select verdict, count(*) from verdicts.verdict_feedback_loop"
            f" where {NULL_SEGMENTS} group by verdict"
        ).fetchall()
    )
    assert set(verdicts) <= {
        "answered",
        "asked_for_more",
        "undetermined",
        "insufficient",
    }
    assert sum(verdicts.values()) == SEGMENTS
    assert verdicts.get("insufficient", 0) <= 0.25 * SEGMENTS


def test_the_null_of_feedback_and_retention_is_planted(
    null_build: duckdb.DuckDBPyConnection,
) -> None:
    """Over all segments as many ask before as after, and the floor is what remains."""
    (row,) = null_build.execute(
        "select followed_count, mentioned_before_count, mentioned_after_count"
        " from verdicts.verdict_feedback_loop where segment_id = 'all'"
    ).fetchall()
    followed, before, after = row
    spread = (2 * followed * 0.31 * 0.69) ** 0.5
    assert abs(after - before) < 3 * spread
    assert 0.25 < before / followed < 0.36
    (row,) = null_build.execute(
        "select estimate, ci_low, ci_high, threshold_value"
        " from verdicts.verdict_scale_readiness__criterion"
        " where segment_id = 'all' and criterion = 'retention'"
    ).fetchall()
    estimate, low, high, floor = row
    assert abs(estimate - floor) < high - low < 0.03


def test_criteria_without_a_null_are_not_decided_by_chance(
    null_build: duckdb.DuckDBPyConnection,
) -> None:
    """Without representatives and costs there is nothing to judge, and the largest
    customer is counted, not estimated."""
    rows = null_build.execute(
        "select distinct criterion, verdict"
        " from verdicts.verdict_scale_readiness__criterion"
        f" where {NULL_SEGMENTS}"
        " and criterion in ('sales_yield', 'payback', 'concentration')"
    ).fetchall()
    assert set(rows) == {
        ("sales_yield", "undetermined"),
        ("payback", "undetermined"),
        ("concentration", "above"),
    }


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


@pytest.mark.parametrize(
    ("mart", "trial", "decided"),
    [
        (
            "verdict_fit_by_segment",
            "is_current and fit_basis = 'pmf' and estimate is not null",
            "estimate <> 0.4",
        ),
        (
            "verdict_feedback_loop",
            "estimate is not null",
            "mentioned_before_count <> mentioned_after_count",
        ),
        (
            "verdict_scale_readiness__criterion",
            "criterion = 'retention' and estimate is not null",
            "estimate <> threshold_value",
        ),
    ],
)
def test_a_rule_that_cries_wolf_is_found(
    null_build: duckdb.DuckDBPyConnection, mart: str, trial: str, decided: str
) -> None:
    """Reading point estimates instead of intervals decides in every segment."""
    naive = Rule("point estimates", f"verdicts.{mart}", trial, decided, NOMINAL)
    (alarms,) = tell_alarms(null_build, (naive,))
    assert alarms.decided > binom.ppf(0.999, alarms.trials, naive.error)
