"""How often the intervals hold the truth, by size of the sample: summed, not simulated.

Every outcome of a sample counts with its probability, so that nothing is left to
chance. Coverage of one true value jumps with it, since counts are whole numbers; what
is promised, and what a reader of many cells meets, is its mean over true values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy
import pytest
from scipy.stats import binom, multinomial

Evaluate = Callable[[str, list[tuple[Any, ...]]], list[dict[str, Any]]]

SCORES = numpy.arange(0.15, 0.601, 0.01)
"""Shares as of PMF scores; those of replicate segments are among them."""
RARE = numpy.arange(0.01, 0.101, 0.01)
STAYING = numpy.arange(0.70, 0.951, 0.01)
OPINIONS = [(p, d) for p in (0.2, 0.3, 0.4, 0.5, 0.6) for d in (0.1, 0.2, 0.3)]

EXPECTED = {
    10: (0.954, 0.950, 0.956, 0.955),
    20: (0.952, 0.956, 0.950, 0.955),
    30: (0.950, 0.960, 0.949, 0.958),
    50: (0.949, 0.950, 0.949, 0.958),
    100: (0.948, 0.950, 0.950, 0.955),
}
"""By sample: Wilson of common and of rare shares, adjusted Wald, log-log survival."""


def bounds(rows: Iterable[dict[str, Any]]) -> tuple[numpy.ndarray, numpy.ndarray]:
    low, high = zip(*((row["ci_low"], row["ci_high"]) for row in rows), strict=True)
    return numpy.array(low, dtype=float), numpy.array(high, dtype=float)


def covered(
    n: int, shares: numpy.ndarray, low: numpy.ndarray, high: numpy.ndarray
) -> float:
    """Mean probability that the interval of a count of n holds its share."""
    counts = numpy.arange(n + 1)
    return float(
        numpy.mean(
            [
                binom.pmf(counts, n, share)[(low <= share) & (share <= high)].sum()
                for share in shares
            ]
        )
    )


@pytest.mark.parametrize("n", EXPECTED)
@pytest.mark.parametrize(("shares", "place"), [(SCORES, 0), (RARE, 1)])
def test_coverage_of_wilson(
    evaluate: Evaluate, n: int, shares: numpy.ndarray, place: int
) -> None:
    """Rare shares gain a point where samples are small, and lose none."""
    low, high = bounds(evaluate("wilson_bounds", [(k, n) for k in range(n + 1)]))
    share = covered(n, shares, low, high)
    assert round(share, 3) == EXPECTED[n][place]
    assert share > 0.945


@pytest.mark.parametrize("n", EXPECTED)
def test_coverage_of_the_adjusted_wald(evaluate: Evaluate, n: int) -> None:
    answers = [(p, d, n) for p in range(n + 1) for d in range(n + 1 - p)]
    low, high = bounds(evaluate("nps", answers))
    outcomes = [(p, d, n - p - d) for p, d, _ in answers]
    shares = []
    for promoters, detractors in OPINIONS:
        truth = 100 * (promoters - detractors)
        chances = multinomial.pmf(
            outcomes, n, [promoters, detractors, 1 - promoters - detractors]
        )
        shares.append(chances[(low <= truth + 1e-9) & (truth - 1e-9 <= high)].sum())
    assert round(float(numpy.mean(shares)), 3) == EXPECTED[n][2]
    assert min(shares) > 0.93


@pytest.mark.parametrize("n", EXPECTED)
def test_coverage_of_the_log_log_interval(evaluate: Evaluate, n: int) -> None:
    """Of survival when everybody has been followed: then it is a share."""
    cases = [(k / n, (k / n * (1 - k / n) / n) ** 0.5, n) for k in range(n + 1)]
    low, high = bounds(evaluate("log_log_bounds", cases))
    share = covered(n, STAYING, low, high)
    assert round(share, 3) == EXPECTED[n][3]
    assert share > 0.945
