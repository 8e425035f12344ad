"""What it would take to decide, against intervals that are not ours."""

from collections.abc import Callable
from typing import Any

import pytest
from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint

Evaluate = Callable[[str, list[tuple[Any, ...]]], list[dict[str, Any]]]

SHARES = [0.02, 0.18, 0.3, 0.39, 0.41, 0.46, 0.52, 0.6, 0.75, 0.97]


@pytest.mark.parametrize("threshold", [0.25, 0.4, 0.8])
def test_wilson_excludes_the_threshold_from_the_needed_sample_on(
    threshold: float, evaluate: Evaluate
) -> None:
    rows = evaluate("needed_sample", [(share, threshold) for share in SHARES])
    for share, row in zip(SHARES, rows, strict=True):
        enough, one_less = (
            excludes(*proportion_confint(share * n, n, method="wilson"), threshold)
            for n in (row["needed"], row["needed"] - 1)
        )
        assert enough, share
        assert not one_less or row["needed"] == 1, share


def excludes(low: float, high: float, threshold: float) -> bool:
    return bool(low >= threshold or high < threshold)


def test_needed_samples_of_the_catalogue(evaluate: Evaluate) -> None:
    # 26 of 50 do not confirm 40 %; at the same share 65 answers would
    (row,) = evaluate("needed_sample", [(0.52, 0.4)])
    assert row == {"needed": 65}


SHARES_OF_NEW = [ratio / (1 + ratio) for ratio in (0.2, 0.5, 0.8, 1.15, 1.5, 2, 4)]


@pytest.mark.parametrize("expected", [0.5, 92 / 181])
def test_exact_interval_excludes_the_share_from_about_the_needed_events_on(
    expected: float, evaluate: Evaluate
) -> None:
    """Less than three events more than the exact search finds, and never fewer."""
    rows = evaluate("needed_events", [(share, expected) for share in SHARES_OF_NEW])
    for share, row in zip(SHARES_OF_NEW, rows, strict=True):
        exact = exact_events(share, expected)
        assert exact <= row["needed"] <= exact + 3, share


def test_needed_events_are_close_where_the_periods_differ(evaluate: Evaluate) -> None:
    """Two months against three: within three events or 2 % of the exact search."""
    rows = evaluate("needed_events", [(share, 0.4) for share in SHARES_OF_NEW])
    for share, row in zip(SHARES_OF_NEW, rows, strict=True):
        assert row["needed"] == pytest.approx(exact_events(share, 0.4), 0.02, 3), share


def exact_events(share: float, expected: float) -> float:
    """Where the bound of Clopper and Pearson that is nearer reaches the share."""
    if share < expected:
        share, expected = 1 - share, 1 - expected

    def short_of(events: float) -> float:
        successes, failures = share * events, (1 - share) * events
        tail = stats.beta.cdf(expected, successes, failures + 1)
        return float(tail) - 0.025

    return float(optimize.brentq(short_of, 1, 1e7))


def test_a_share_at_the_threshold_is_decided_by_no_sample(evaluate: Evaluate) -> None:
    assert (
        evaluate("needed_sample", [(0.4, 0.4), (None, 0.4)]) == [{"needed": None}] * 2
    )
    assert (
        evaluate("needed_events", [(0.5, 0.5), (None, 0.5)]) == [{"needed": None}] * 2
    )
