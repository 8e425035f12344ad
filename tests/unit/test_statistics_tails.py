"""Tails and quantiles of gamma, beta, t, chi-square and Poisson against scipy."""

from collections.abc import Callable
from typing import Any

import numpy
import pytest
from scipy import special, stats

Evaluate = Callable[[str, list[tuple[Any, ...]]], list[dict[str, Any]]]

# degrees of freedom and counts: small, odd, even, large
HALVES = [0.5, 1, 1.5, 2, 2.5, 3, 5, 7.5, 10, 33.5, 100, 1000, 10_000.5, 100_000]
PROBABILITIES = [
    *(10.0**-e for e in (15, 12, 9, 6, 4, 3, 2)),
    *(p / 20 for p in range(1, 20)),
    *(1 - 10.0**-e for e in (2, 3, 4, 6, 9, 12)),
]


def test_incomplete_gamma_equals_that_of_scipy(evaluate: Evaluate) -> None:
    grid = [(a, float(stats.gamma.ppf(p, a))) for a in HALVES for p in PROBABILITIES]
    grid += [(a, a * x) for a in HALVES for x in (0, 1e-9, 1e-3, 10, 1e3)]
    for (a, x), row in zip(grid, evaluate("incomplete_gamma", grid), strict=True):
        assert row["lower"] == pytest.approx(special.gammainc(a, x), abs=1e-9)
        assert row["upper"] == pytest.approx(special.gammaincc(a, x), abs=1e-9)


def test_incomplete_beta_equals_that_of_scipy(evaluate: Evaluate) -> None:
    grid = [
        (a, b, float(stats.beta.ppf(p, a, b)))
        for a in HALVES
        for b in HALVES
        for p in PROBABILITIES
    ]
    grid += [(a, b, x) for a in HALVES for b in HALVES for x in (0, 1e-9, 0.5, 1)]
    for (a, b, x), row in zip(grid, evaluate("incomplete_beta", grid), strict=True):
        assert row["lower"] == pytest.approx(special.betainc(a, b, x), abs=1e-9)
        assert row["upper"] == pytest.approx(special.betaincc(a, b, x), abs=1e-9)


def test_exact_bounds_of_a_share_settle_in_five_steps(evaluate: Evaluate) -> None:
    """Also those of counts that are no whole numbers, from Wilson's lower bound."""
    counts = [0.5, 0.73, 1, 1.3, 2, 2.7, 5, 7.5, 12, 33.3, 100, 1234.5, 1e5]
    rows = [
        {"a": k, "b": others + 1, "x": wilson_low(k, others)}
        for k in counts
        for others in counts
    ]
    for _ in range(5):
        rows = evaluate("beta_tail_ratio", [tuple(row.values()) for row in rows])
        rows = evaluate("beta_quantile_step", [tuple(row.values()) for row in rows])
    for row in rows:
        exact = stats.beta.ppf(0.025, row["a"], row["b"])
        assert row["x"] == pytest.approx(exact, abs=1e-9), row


def wilson_low(successes: float, failures: float) -> float:
    z = float(stats.norm.isf(0.025))
    trials = successes + failures
    half = z * float(numpy.sqrt(successes * failures / trials + z * z / 4))
    return (successes + z * z / 2 - half) / (trials + z * z)


def test_tail_of_chi_square_equals_that_of_scipy(evaluate: Evaluate) -> None:
    grid = [(x * df, df) for df in (1, 2, 3, 10, 99) for x in (0, 0.01, 0.5, 1, 2, 9)]
    for (x, df), row in zip(grid, evaluate("chi_square_tail", grid), strict=True):
        assert row["p"] == pytest.approx(stats.chi2.sf(x, df), abs=1e-9)


def test_small_probabilities_keep_their_digits(evaluate: Evaluate) -> None:
    grid = [(x, 1) for x in (4, 10, 16.79294, 40, 100, 300)]
    for (x, df), row in zip(grid, evaluate("chi_square_tail", grid), strict=True):
        assert row["p"] == pytest.approx(stats.chi2.sf(x, df), rel=1e-9)


def test_p_of_the_published_log_rank_test(evaluate: Evaluate) -> None:
    [row] = evaluate("chi_square_tail", [(16.79294, 1)])
    assert float(f"{row['p']:.4g}") == 4.169e-5


def test_tail_of_t_equals_that_of_scipy(evaluate: Evaluate) -> None:
    values = [-40, -3, -1, -1e-6, 0, 1e-6, 0.5, 1.96, 2.5, 6, 40, 1e4]
    grid = [(t, df) for df in (1, 2, 3, 4, 9, 28, 57, 400, 9999) for t in values]
    for (t, df), row in zip(grid, evaluate("t_tail", grid), strict=True):
        assert row["p"] == pytest.approx(2 * stats.t.sf(abs(t), df), abs=1e-9)


def test_nothing_known_gives_null(evaluate: Evaluate) -> None:
    assert (
        evaluate("incomplete_gamma", [(None, 1), (1, None), (0, 1)])
        == [{"lower": None, "upper": None}] * 3
    )
    assert (
        evaluate("incomplete_beta", [(None, 1, 0.5), (1, 1, None), (1, 0, 0.5)])
        == [{"lower": None, "upper": None}] * 3
    )
    assert evaluate("chi_square_tail", [(None, 1)]) == [{"p": None}]
    assert evaluate("t_tail", [(None, 1)]) == [{"p": None}]


def test_chi_square_quantiles_equal_those_of_scipy(evaluate: Evaluate) -> None:
    grid = [2.0, 2.5, 3.0, *range(4, 3000), *numpy.logspace(3.5, 9, 200).tolist()]
    rows = evaluate("chi_square_quantile", [(df,) for df in grid])
    for df, row in zip(grid, rows, strict=True):
        assert row["low"] == pytest.approx(stats.chi2.ppf(0.025, df), rel=1e-11)
        assert row["high"] == pytest.approx(stats.chi2.isf(0.025, df), rel=1e-11)
    assert (
        evaluate("chi_square_quantile", [(1,), (None,)])
        == [{"low": None, "high": None}] * 2
    )


def test_poisson_bounds_are_exact_at_every_count(evaluate: Evaluate) -> None:
    grid = [*range(3000), 10_000, 99_999, 10**6, 10**9]
    for k, row in zip(grid, evaluate("poisson", [(k,) for k in grid]), strict=True):
        low = stats.chi2.ppf(0.025, 2 * k) / 2 if k else 0
        high = stats.chi2.isf(0.025, 2 * k + 2) / 2
        assert row["low"] == pytest.approx(low, rel=1e-11, abs=1e-9)
        assert row["high"] == pytest.approx(high, rel=1e-11, abs=1e-9)


def test_poisson_bounds_equal_the_published_ones(evaluate: Evaluate) -> None:
    [thirty, none, unknown] = evaluate("poisson", [(30,), (0,), (None,)])
    assert round(thirty["low"], 4) == 20.2409
    assert round(thirty["high"], 4) == 42.8269
    assert none["low"] == 0
    assert none["high"] == pytest.approx(3.6888794541139363)
    assert unknown == {"low": None, "high": None}


def test_cost_per_customer_equals_the_published_one(evaluate: Evaluate) -> None:
    # 60,000 for 30 customers: 2,000 (1,401 to 2,964)
    [row] = evaluate("amount_per_count", [(60_000, 30)])
    assert row["estimate"] == 2000
    assert (round(row["ci_low"]), round(row["ci_high"])) == (1401, 2964)
    assert (row["numerator"], row["denominator"]) == (60_000, 30)
    assert (row["n_effective"], row["ci_method"]) == (30, "poisson_exact")
    assert row["is_min_n_met"] is True


def test_cost_without_customers_is_unknown(evaluate: Evaluate) -> None:
    none, few, refunded = evaluate("amount_per_count", [(100, 0), (100, 9), (-100, 30)])
    for row in (none, few):
        assert row["estimate"] is row["ci_low"] is row["ci_high"] is None
    assert (none["numerator"], none["denominator"]) == (100, 0)
    # more was given back than spent: there is a quotient, and no interval around it
    assert refunded["estimate"] == pytest.approx(-100 / 30)
    assert refunded["ci_low"] is refunded["ci_high"] is None


def test_a_tail_is_lower_or_upper(refusals: dict[str, str]) -> None:
    assert "'both'; give 'lower' or 'upper'" in refusals["tail"]
