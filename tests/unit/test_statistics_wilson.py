"""The Wilson interval against published values, statsmodels and the rules of rates."""

from collections.abc import Callable
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

Evaluate = Callable[[str, list[tuple[Any, ...]]], list[dict[str, Any]]]

COLUMNS = [
    "numerator",
    "denominator",
    "estimate",
    "ci_low",
    "ci_high",
    "ci_method",
    "n_effective",
    "is_min_n_met",
]

# successes, trials, low, high, decimals that the source gives
PUBLISHED = [
    pytest.param(81, 263, 0.2553, 0.3662, 4, id="Newcombe 1998, table I"),
    pytest.param(15, 148, 0.0624, 0.1605, 4, id="Newcombe 1998, table I"),
    pytest.param(0, 20, 0.0000, 0.1611, 4, id="Newcombe 1998, table I"),
    pytest.param(1, 29, 0.0061, 0.1718, 4, id="Newcombe 1998, table I"),
    pytest.param(31, 40, 0.6250, 0.8768, 4, id="not the Clopper-Pearson of a blog"),
    pytest.param(11, 50, 0.1275, 0.3524, 4, id="PMF 22 %"),
    pytest.param(26, 50, 0.3851, 0.6520, 4, id="PMF 52 %, undetermined against 40 %"),
    pytest.param(40, 100, 0.3094, 0.4980, 4, id="PMF 40 %"),
    pytest.param(373, 731, 0.4741, 0.5463, 4, id="PMF of Slack 2015"),
    pytest.param(74, 107, 0.5987, 0.7712, 4, id="CSAT of Delighted"),
]


@pytest.mark.parametrize(("k", "n", "low", "high", "decimals"), PUBLISHED)
def test_bounds_equal_the_published_ones(
    *, evaluate: Evaluate, k: int, n: int, low: float, high: float, decimals: int
) -> None:
    [row] = evaluate("wilson", [(k, n)])
    assert row["estimate"] == pytest.approx(k / n, abs=1e-15)
    assert round(row["ci_low"], decimals) == low
    assert round(row["ci_high"], decimals) == high


@pytest.mark.parametrize(
    ("k", "n"),
    [(18, 30), (23, 40), (27, 50), (50, 100), (94, 200), (180, 400), (431, 1000)],
)
def test_k_is_the_smallest_count_whose_lower_bound_reaches_40_percent(
    evaluate: Evaluate, k: int, n: int
) -> None:
    fewer, enough = evaluate("wilson", [(k - 1, n), (k, n)])
    assert fewer["ci_low"] < 0.40 <= enough["ci_low"]


def test_bounds_equal_those_of_statsmodels(evaluate: Evaluate) -> None:
    grid = [(float(k), float(n)) for n in range(1, 41) for k in range(n + 1)]
    grid += [(k * 0.37, n * 0.37) for n in (3, 17, 90) for k in range(n + 1)]
    grid += [(k, n) for n in (1e3, 1e6, 1e9) for k in (0.0, 1.0, n / 3, n - 1, n)]
    for (k, n), row in zip(grid, evaluate("wilson_bounds", grid), strict=True):
        low, high = proportion_confint(k, n, method="wilson")
        assert row["ci_low"] == pytest.approx(low, abs=1e-9)
        assert row["ci_high"] == pytest.approx(high, abs=1e-9)
        assert 0 <= row["ci_low"] <= k / n <= row["ci_high"] <= 1


def test_bounds_are_exact_at_the_edges(evaluate: Evaluate) -> None:
    for n in (1, 2, 9, 10, 29, 30, 59):
        none, every = evaluate("wilson_bounds", [(0, n), (n, n)])
        assert none["ci_low"] == 0
        assert every["ci_high"] == 1
        assert none["ci_high"] == pytest.approx(1 - every["ci_low"], abs=1e-12)


def test_bounds_are_null_without_trials(evaluate: Evaluate) -> None:
    rows = evaluate("wilson_bounds", [(0, 0), (None, 5), (2, None)])
    assert all(row == {"ci_low": None, "ci_high": None} for row in rows)


def test_columns_are_the_uniform_ones_in_order(evaluate: Evaluate) -> None:
    [row] = evaluate("wilson", [(31, 40)])
    assert list(row) == COLUMNS
    assert {name: type(value) for name, value in row.items()} == {
        **dict.fromkeys(COLUMNS, float),
        "ci_method": str,
        "is_min_n_met": bool,
    }
    assert row["ci_method"] == "wilson"


@pytest.mark.parametrize(
    ("n", "is_shown", "is_min_n_met"),
    [
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
    for row in evaluate("wilson", [(0, n), (n // 2, n), (n, n)]):
        assert (row["denominator"], row["n_effective"]) == (n, n)
        assert row["numerator"] is not None
        assert row["is_min_n_met"] is is_min_n_met
        for column in ("estimate", "ci_low", "ci_high"):
            assert (row[column] is not None) is is_shown


def test_zero_denominator_gives_null_and_never_zero(evaluate: Evaluate) -> None:
    for row in evaluate("wilson", [(0, 0), (None, None)]):
        assert row["estimate"] is row["ci_low"] is row["ci_high"] is None
        assert row["is_min_n_met"] is False


def test_no_rows_give_no_rows(evaluate: Evaluate) -> None:
    assert evaluate("wilson", []) == []


def test_clustered_answers_use_their_effective_size(evaluate: Evaluate) -> None:
    # five accounts with (answers, favourable) (1,1)(1,0)(2,2)(4,1)(2,1): SE .1768
    n_effective = 0.5 * 0.5 / 0.1767766953**2
    assert n_effective == pytest.approx(8)
    [row] = evaluate("wilson_clustered", [(5, 10, n_effective, 5)])
    low, high = proportion_confint(4, 8, method="wilson")
    assert row["ci_low"] == pytest.approx(low, abs=1e-9)
    assert row["ci_high"] == pytest.approx(high, abs=1e-9)
    assert (row["estimate"], row["n_effective"]) == (0.5, n_effective)


def test_weighted_share_uses_its_effective_size(evaluate: Evaluate) -> None:
    # post-stratified PMF: .36 with SE .069501
    n_effective = 0.36 * 0.64 / 0.069501**2
    assert n_effective == pytest.approx(47.70, abs=0.005)
    [row] = evaluate("wilson_clustered", [(36, 100, n_effective, 60)])
    assert round(row["ci_low"], 4) == 0.2390
    assert round(row["ci_high"], 4) == 0.5019


def test_few_accounts_never_drive_a_verdict(evaluate: Evaluate) -> None:
    few, enough = evaluate("wilson_clustered", [(50, 99, 20, 9), (50, 99, 20, 10)])
    assert few["estimate"] == enough["estimate"]
    assert few["is_min_n_met"] is False
    assert enough["is_min_n_met"] is True


def test_unknown_effective_size_leaves_the_interval_null(evaluate: Evaluate) -> None:
    [row] = evaluate("wilson_clustered", [(50, 99, None, 20)])
    assert row["estimate"] == pytest.approx(50 / 99)
    assert row["ci_low"] is row["ci_high"] is row["n_effective"] is None
