"""The adjusted Wald interval of NPS against published values and weighted moments."""

from collections.abc import Callable
from typing import Any

import pytest
from statsmodels.stats.weightstats import DescrStatsW

Evaluate = Callable[[str, list[tuple[Any, ...]]], list[dict[str, Any]]]

Z = 1.959963984540054


def adjusted_wald(p: float, d: float, n: float) -> tuple[float, float]:
    """The interval by the moments of the answers +1, 0, -1 with three answers added."""
    weights = [p + 0.75, n - p - d + 1.5, d + 0.75]
    answers = DescrStatsW([1, 0, -1], weights=weights)
    half = Z * answers.std / (n + 3) ** 0.5
    low, high = 100 * (answers.mean - half), 100 * (answers.mean + half)
    return max(-100.0, float(low)), min(100.0, float(high))


@pytest.mark.parametrize(
    ("p", "d", "n", "score", "low", "high"),
    [
        (50, 20, 100, 30, 14.05, 44.20),
        (20, 10, 50, 20, -1.26, 38.99),
        (16, 7, 36, 25, -0.72, 46.87),
    ],
)
def test_score_and_bounds_equal_the_published_ones(
    *, evaluate: Evaluate, p: int, d: int, n: int, score: int, low: float, high: float
) -> None:
    [row] = evaluate("nps", [(p, d, n)])
    assert row["estimate"] == pytest.approx(score, abs=1e-12)
    assert round(row["ci_low"], 2) == low
    assert round(row["ci_high"], 2) == high
    assert (row["numerator"], row["denominator"]) == (p - d, n)
    assert row["ci_method"] == "adjusted_wald"


def test_bounds_equal_the_weighted_moments_and_contain_the_score(
    evaluate: Evaluate,
) -> None:
    grid = [
        (p, d, n)
        for n in (10, 11, 29, 30, 97, 1000)
        for p in range(0, n + 1, max(1, n // 10))
        for d in range(0, n - p + 1, max(1, n // 10))
    ]
    for (p, d, n), row in zip(grid, evaluate("nps", grid), strict=True):
        low, high = adjusted_wald(p, d, n)
        assert row["ci_low"] == pytest.approx(low, abs=1e-9)
        assert row["ci_high"] == pytest.approx(high, abs=1e-9)
        assert -100 <= row["ci_low"] <= row["estimate"] <= row["ci_high"] <= 100


@pytest.mark.parametrize("n", [10, 30, 5000])
def test_unanimous_answers_are_bounded_by_the_scale(evaluate: Evaluate, n: int) -> None:
    promoters, detractors, passives = evaluate("nps", [(n, 0, n), (0, n, n), (0, 0, n)])
    assert (promoters["estimate"], promoters["ci_high"]) == (100, 100)
    assert (detractors["estimate"], detractors["ci_low"]) == (-100, -100)
    assert passives["estimate"] == 0
    assert passives["ci_low"] == pytest.approx(-passives["ci_high"]) != 0


@pytest.mark.parametrize(
    ("n", "is_shown", "is_min_n_met"),
    [
        (0, False, False),
        (1, False, False),
        (9, False, False),
        (10, True, False),
        (29, True, False),
        (30, True, True),
    ],
)
def test_small_samples_keep_their_counts_only(
    evaluate: Evaluate, n: int, is_shown: bool, is_min_n_met: bool
) -> None:
    [row] = evaluate("nps", [(n // 2, n // 3, n)])
    assert (row["numerator"], row["denominator"]) == (n // 2 - n // 3, n)
    assert row["is_min_n_met"] is is_min_n_met
    for column in ("estimate", "ci_low", "ci_high"):
        assert (row[column] is not None) is is_shown


def test_clustered_answers_use_their_effective_size(evaluate: Evaluate) -> None:
    few, enough, unknown = evaluate(
        "nps_clustered",
        [(50, 20, 100, 62.5, 9), (50, 20, 100, 62.5, 10), (50, 20, 100, None, 10)],
    )
    low, high = adjusted_wald(0.5 * 62.5, 0.2 * 62.5, 62.5)
    assert enough["ci_low"] == pytest.approx(low, abs=1e-9)
    assert enough["ci_high"] == pytest.approx(high, abs=1e-9)
    assert enough["n_effective"] == 62.5
    assert [row["is_min_n_met"] for row in (few, enough)] == [False, True]
    assert [row["estimate"] for row in (few, enough, unknown)] == [30, 30, 30]
    assert unknown["ci_low"] is unknown["ci_high"] is None
