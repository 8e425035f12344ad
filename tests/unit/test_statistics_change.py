"""Differences of two shares, the rise that samples detect, and verdicts by interval."""

from collections.abc import Callable
from typing import Any

import pytest
from scipy.stats import norm
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

Evaluate = Callable[[str, list[tuple[Any, ...]]], list[dict[str, Any]]]


def wilson(k: int, n: int) -> tuple[float, float, float]:
    low, high = proportion_confint(k, n, method="wilson")
    return (k / n, low, high)


def test_difference_equals_that_of_newcombe(evaluate: Evaluate) -> None:
    """Newcombe 1998, 17:873: 56 of 70 against 48 of 80."""
    [row] = evaluate("difference", [(*wilson(56, 70), *wilson(48, 80))])
    assert round(row["ci_low"], 4) == 0.0524
    assert round(row["ci_high"], 4) == 0.3339


def test_difference_equals_that_of_statsmodels(evaluate: Evaluate) -> None:
    pairs = [
        (k, n, j, m)
        for n, m in ((10, 30), (40, 40), (400, 25))
        for k in (1, n // 2, n - 1)
        for j in (1, m // 3, m - 1)
    ]
    rows = evaluate(
        "difference", [(*wilson(k, n), *wilson(j, m)) for k, n, j, m in pairs]
    )
    for (k, n, j, m), row in zip(pairs, rows, strict=True):
        low, high = confint_proportions_2indep(k, n, j, m, method="newcomb")
        assert row["ci_low"] == pytest.approx(low, abs=1e-9)
        assert row["ci_high"] == pytest.approx(high, abs=1e-9)


def settled_rise(evaluate: Evaluate, p: float, n: float) -> float:
    rise = 0.0
    for _ in range(5):
        [row] = evaluate("detectable_rise", [(p, n, rise)])
        rise = row["rise"]
    return rise


@pytest.mark.parametrize(("p", "n"), [(0.3, 356), (0.4, 388)])
def test_ten_points_need_the_published_sample(
    evaluate: Evaluate, p: float, n: int
) -> None:
    """Metrics 1.7: the smallest samples that detect a rise of ten points."""
    assert settled_rise(evaluate, p, n) <= 0.1 < settled_rise(evaluate, p, n - 1)


@pytest.mark.parametrize("p", [0.05, 0.3, 0.6])
@pytest.mark.parametrize("n", [60, 200, 5000])
def test_a_settled_rise_has_a_power_of_80_percent(
    evaluate: Evaluate, p: float, n: int
) -> None:
    rise = settled_rise(evaluate, p, n)
    middle = p + rise / 2
    spread = (p * (1 - p) + (p + rise) * (1 - p - rise)) ** 0.5
    bound = norm.ppf(0.975) * (2 * middle * (1 - middle)) ** 0.5
    power = norm.cdf((rise * n**0.5 - bound) / spread)
    # Five steps come closest where the sample is large.
    assert power == pytest.approx(0.8, abs=5e-3)


@pytest.mark.parametrize(
    ("low", "high", "enough", "verdict"),
    [
        (0.4, 0.6, True, "above"),
        (0.39, 0.41, True, "undetermined"),
        (0.3, 0.4, True, "undetermined"),
        (0.3, 0.39, True, "below"),
        (0.5, 0.6, False, "insufficient"),
        (None, None, True, "undetermined"),
        (None, None, None, "insufficient"),
    ],
)
def test_a_verdict_rests_on_the_whole_interval(
    *,
    evaluate: Evaluate,
    low: float | None,
    high: float | None,
    enough: bool | None,
    verdict: str,
) -> None:
    [row] = evaluate("verdict", [(low, high, 0.4, enough)])
    assert row["verdict"] == verdict


def sums(accounts: list[tuple[int, int]]) -> tuple[int, ...]:
    """Arguments of clustered_size for accounts of (answers, favourable answers)."""
    return (
        sum(y for _, y in accounts),
        sum(x for x, _ in accounts),
        len(accounts),
        sum(y * y for _, y in accounts),
        sum(x * y for x, y in accounts),
        sum(x * x for x, _ in accounts),
    )


def test_clustered_answers_tell_as_much_as_their_variance_says(
    evaluate: Evaluate,
) -> None:
    """Metrics 1: a clustered standard error of .1768 where p is .5: 8 answers."""
    fixture = [(1, 1), (1, 0), (2, 2), (4, 1), (2, 1)]
    [row] = evaluate("clustered_size", [sums(fixture)])
    assert row["size"] == pytest.approx(0.25 / 0.1768**2, abs=0.01)


@pytest.mark.parametrize(
    ("accounts", "size"),
    [
        pytest.param([(1, 1), (1, 0), (1, 0)], 3, id="nobody shares an account"),
        pytest.param([(3, 1)], 3, id="one account"),
        pytest.param([(2, 2), (3, 3)], 5, id="everybody"),
        pytest.param([(2, 0), (3, 0)], 5, id="nobody"),
        pytest.param([(2, 1), (2, 1)], 4, id="accounts that are all alike"),
        pytest.param([], None, id="no answer"),
    ],
)
def test_where_nothing_is_clustered_the_answers_are_the_size(
    evaluate: Evaluate, accounts: list[tuple[int, int]], size: float | None
) -> None:
    [row] = evaluate("clustered_size", [sums(accounts)])
    assert row["size"] == size


def test_points_of_the_normal_are_near_those_of_scipy(evaluate: Evaluate) -> None:
    chances = [0.5, 0.1, 0.025, 0.025 / 2, 0.025 / 50, 1e-6]
    rows = evaluate("normal_upper_point", [(chance,) for chance in chances])
    for chance, row in zip(chances, rows, strict=True):
        assert row["point"] == pytest.approx(norm.isf(chance), abs=5e-4)
