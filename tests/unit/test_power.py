"""The rules that `bench/power.py` draws are those of the catalogue and of the macros.

What it prints stands in docs/verdicts.md; what can be computed at once is held to it.
"""

from pathlib import Path

import numpy as np
import pytest

from bench import power

ROOT = Path(__file__).resolve().parents[2]


def test_wilson_and_newcombe_give_the_published_bounds() -> None:
    low, high = power.wilson(np.array([81.0]), np.array([263.0]))
    assert (low[0], high[0]) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    low, high = power.newcombe(*(np.array([x]) for x in (54.0, 120.0, 150.0, 200.0)))
    assert (low[0], high[0]) == pytest.approx((-0.4021, -0.1900), abs=5e-5)


def test_fit_is_confirmed_from_the_published_counts_on() -> None:
    """18 of 30, 23 of 40 and 50 of 100 are the first that are above 40 %."""
    for k, n in ((18, 30), (23, 40), (50, 100), (180, 400)):
        sizes = np.array([float(n)] * 2)
        low, _ = power.wilson(np.array([k - 1.0, float(k)]), sizes)
        assert low[0] < 0.40 <= low[1]


def test_sales_are_up_from_the_published_ratio_on() -> None:
    """150 against 100 is up; 30 against 20 and 60 against 40 are not."""
    most = power.largest_below(np.arange(1.0, 151.0))
    assert most[149] >= 100
    assert most[29] < 20
    assert most[59] < 40


def test_a_larger_sample_decides_more_and_chance_alone_hardly_any() -> None:
    assert power.fit_decides(400, 0.5)[0] > power.fit_decides(100, 0.5)[0] > 0.4
    assert sum(power.fit_decides(400, 0.4)) < 0.06
    assert power.sales_up(100, 1.0, 1) < 0.025
    assert power.sales_up(100, 1.0, 2) < power.sales_up(100, 1.0, 1) / 4
    assert power.release_decides(100, 0.0) == pytest.approx(0.05)


def test_the_documentation_says_what_is_computed() -> None:
    text = (ROOT / "docs/verdicts.md").read_text("utf-8")
    n = power.smallest(lambda n: power.fit_decides(n, 0.55)[0])
    assert f"| fit is above 40 % | score 55% | {n} answers |" in text
    assert f"| hazard 0.5 times | {power.log_rank_events(0.5)} leavers |" in text
    n = power.smallest(lambda n: power.mentions_differ(n, 0.31, 0.15))
    assert f"| 31 %, then 15% | {n} customers followed |" in text
    alarms = sum(power.fit_decides(200, 0.40))
    assert f"| fit, above or below | score 40 %, 200 answers | {alarms:.2%} |" in text
