"""The ratio interval against the units themselves, and Student's t against scipy."""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

Evaluate = Callable[[str, list[tuple[Any, ...]]], list[dict[str, Any]]]
Units = list[tuple[Decimal, Decimal]]

# values 10 to 60, of which the first, third, fifth and sixth were won (metrics 4.1)
WON = {1, 3, 5, 6}
DEALS = [(Decimal(10 * i if i in WON else 0), Decimal(10 * i)) for i in range(1, 7)]


def standard_error(units: Units) -> float:
    """By the residuals of the units, where the macro has sums only."""
    y, x = numpy.array(units, dtype=float).T
    residuals = y - y.sum() / x.sum() * x
    return float(numpy.std(residuals, ddof=1) * len(units) ** 0.5 / x.sum())


def deals(n: int, seed: int) -> Units:
    """n deals of random value, won at random, at least one of them won and one lost."""
    draw = random.Random(seed)
    values = [Decimal(draw.randint(1, 10**9)).scaleb(-4) for _ in range(n)]
    won = [True, False, *(draw.random() < 0.6 for _ in range(n - 2))]
    return [(v if w else Decimal(0), v) for v, w in zip(values, won, strict=True)]


def test_value_win_rate_equals_the_published_one(evaluate: Evaluate) -> None:
    [row] = evaluate("ratio_bounds", DEALS)
    ratio = (row["ci_low"] + row["ci_high"]) / 2
    error = (row["ci_high"] - row["ci_low"]) / 2 / stats.t.ppf(0.975, 5)
    assert round(ratio, 4) == 0.7143
    assert round(error, 4) == 0.2087


def test_count_win_rate_of_the_same_deals(evaluate: Evaluate) -> None:
    [row] = evaluate("safe_divide", [(len(WON), len(DEALS))])
    assert round(row["quotient"], 3) == 0.667


@pytest.mark.parametrize("n", [2, 3, 9, 10, 28, 29, 30, 31, 400])
def test_bounds_equal_those_from_the_units(evaluate: Evaluate, n: int) -> None:
    for seed in range(5):
        units = deals(n, seed)
        y, x = (float(sum(column)) for column in zip(*units, strict=True))
        quantile = stats.t.ppf(0.975, n - 1) if n < 30 else stats.norm.ppf(0.975)
        half = quantile * standard_error(units)
        [row] = evaluate("ratio_bounds", units)
        assert row["ci_low"] == pytest.approx(y / x - half, abs=1e-9)
        assert row["ci_high"] == pytest.approx(y / x + half, abs=1e-9)


def test_equal_values_give_the_error_of_a_proportion(evaluate: Evaluate) -> None:
    units = [(Decimal(7 * (i < 30)), Decimal(7)) for i in range(50)]
    [row] = evaluate("share", units)
    half = stats.norm.ppf(0.975) * (0.6 * 0.4 / 49) ** 0.5
    assert row["estimate"] == pytest.approx(0.6, abs=1e-12)
    assert row["ci_low"] == pytest.approx(0.6 - half, abs=1e-9)
    assert row["ci_high"] == pytest.approx(0.6 + half, abs=1e-9)


def test_columns_of_a_share_are_clamped_and_labelled(evaluate: Evaluate) -> None:
    units = [*DEALS, *DEALS[:4]]
    [share] = evaluate("share", units)
    [ratio] = evaluate("ratio", units)
    assert share["ci_high"] == 1 < ratio["ci_high"]
    assert (share["numerator"], share["denominator"]) == (190, 310)
    assert share["estimate"] == ratio["estimate"] == pytest.approx(190 / 310)
    assert share["ci_low"] == ratio["ci_low"] > 0
    assert (share["ci_method"], share["n_effective"]) == ("linearised_ratio", 10)


def test_ratio_may_exceed_one_and_stays_above_zero(evaluate: Evaluate) -> None:
    small = [(Decimal(0), Decimal(1))] * 11 + [(Decimal(30), Decimal(1))]
    [row] = evaluate("ratio", small)
    assert row["ci_low"] == 0
    assert row["estimate"] == 2.5
    assert row["ci_high"] > 2.5


@pytest.mark.parametrize(
    ("n", "is_shown", "is_min_n_met"),
    [
        (2, False, False),
        (9, False, False),
        (10, True, False),
        (29, True, False),
        (30, True, True),
    ],
)
def test_small_samples_keep_their_sums_only(
    evaluate: Evaluate, n: int, is_shown: bool, is_min_n_met: bool
) -> None:
    units = deals(n, seed=n)
    [row] = evaluate("share", units)
    assert row["denominator"] == pytest.approx(float(sum(x for _, x in units)))
    assert row["n_effective"] == n
    assert row["is_min_n_met"] is is_min_n_met
    for column in ("estimate", "ci_low", "ci_high"):
        assert (row[column] is not None) is is_shown


@pytest.mark.parametrize("n", [10, 29, 30, 400])
def test_a_part_has_the_interval_of_as_many_equal_units(
    evaluate: Evaluate, n: int
) -> None:
    for seed in range(5):
        units = deals(n, seed)
        y, x = (float(sum(column)) for column in zip(*units, strict=True))
        size = x * x / sum(float(value) ** 2 for _, value in units)
        assert size < n
        low, high = proportion_confint(y / x * size, size, method="wilson")
        [row] = evaluate("part", units)
        assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high), abs=1e-9)
        assert row["estimate"] == pytest.approx(y / x, abs=1e-12)
        assert (row["ci_method"], row["n_effective"]) == ("wilson_ratio", n)


@pytest.mark.parametrize("kept", [0, 1, 49, 50])
def test_a_part_of_equal_units_has_the_interval_of_their_number(
    evaluate: Evaluate, kept: int
) -> None:
    """None and all of them too: that nobody has left yet is no certainty."""
    units = [(Decimal(7 * (i < kept)), Decimal(7)) for i in range(50)]
    low, high = proportion_confint(kept, 50, method="wilson")
    [row] = evaluate("part", units)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high), abs=1e-9)


def test_a_part_that_one_unit_dominates_is_hardly_known(evaluate: Evaluate) -> None:
    """Of 100 units one has half of everything: as good as four equal ones."""
    units = [(Decimal(99), Decimal(99))] + [(Decimal(0), Decimal(1))] * 99
    [row] = evaluate("part", units)
    size = 198**2 / (99**2 + 99)
    low, high = proportion_confint(size / 2, size, method="wilson")
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high), abs=1e-9)
    assert row["ci_high"] - row["ci_low"] > 0.6


@pytest.mark.parametrize(
    "units",
    [
        pytest.param([], id="no units"),
        pytest.param([(Decimal(0), Decimal(0))] * 12, id="zero denominator"),
    ],
)
def test_a_part_of_nothing_is_null(evaluate: Evaluate, units: Units) -> None:
    [row] = evaluate("part", units)
    assert row["estimate"] is row["ci_low"] is row["ci_high"] is None


@pytest.mark.parametrize("won", [0, 1])
@pytest.mark.parametrize("n", [10, 30, 500])
def test_no_spread_gives_no_interval_instead_of_certainty(
    evaluate: Evaluate, won: int, n: int
) -> None:
    values = [x for _, x in deals(n, seed=n)]
    [row] = evaluate("share", [(won * x, x) for x in values])
    assert row["estimate"] == won
    assert row["ci_low"] is row["ci_high"] is None


def test_a_constant_ratio_is_not_taken_for_spread(evaluate: Evaluate) -> None:
    units = [(x * Decimal("0.3"), x) for _, x in deals(200, seed=1)]
    [row] = evaluate("share", [(round(y, 4), x) for y, x in units])
    assert row["estimate"] == pytest.approx(0.3, abs=1e-6)
    exact = [(Decimal(3 * i), Decimal(7 * i)) for i in range(1, 200)]
    [row] = evaluate("share", exact)
    assert row["estimate"] == pytest.approx(3 / 7)
    assert row["ci_low"] is row["ci_high"] is None


@pytest.mark.parametrize(
    "units",
    [
        pytest.param([], id="no units"),
        pytest.param([(Decimal(1), Decimal(2))], id="one unit"),
        pytest.param([(Decimal(0), Decimal(0))] * 12, id="zero denominator"),
    ],
)
def test_nothing_to_divide_gives_null(evaluate: Evaluate, units: Units) -> None:
    [row] = evaluate("share", units)
    assert row["estimate"] is row["ci_low"] is row["ci_high"] is None
    assert row["is_min_n_met"] is False


def test_t_quantile_equals_that_of_scipy(evaluate: Evaluate) -> None:
    rows = evaluate("t_quantile", [(df,) for df in range(-1, 60)])
    quantiles = [row["quantile"] for row in rows]
    assert quantiles[:2] == [None, None]
    for df, quantile in enumerate(quantiles[2:30], start=1):
        assert quantile == pytest.approx(stats.t.ppf(0.975, df), abs=1e-9)
    # from 30 units on, the normal distribution stands for t
    [normal] = set(quantiles[30:])
    assert normal == pytest.approx(stats.norm.ppf(0.975), abs=1e-15)
