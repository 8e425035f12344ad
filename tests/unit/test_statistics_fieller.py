"""Fieller's interval against its definition, and where it must not exist."""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy
import pytest
from scipy import stats

Evaluate = Callable[[str, list[tuple[Any, ...]]], list[dict[str, Any]]]
Units = list[tuple[Decimal, Decimal]]


def movers(gainers: int, losers: int, seed: int) -> Units:
    """Customers who brought more or less, of unequal size, and a few who did both."""
    draw = random.Random(seed)

    def amount() -> Decimal:
        return Decimal(draw.lognormvariate(4, 1)).quantize(Decimal("0.0001"))

    gained = [(amount(), Decimal(0)) for _ in range(gainers)]
    lost = [(Decimal(0), amount()) for _ in range(losers)]
    return [*gained, *lost, (amount(), amount()), (amount(), amount())]


def ratios_in_doubt(units: Units) -> list[float]:
    """The two ratios at which the difference of the totals is just t standard errors;
    none where arbitrarily large ratios are within them."""
    y, x = numpy.array(units, dtype=float).T
    n = len(units)
    t = stats.t.ppf(0.975, n - 1) if n < 30 else stats.norm.ppf(0.975)
    difference = numpy.polynomial.Polynomial([y.sum(), -x.sum()])
    variance = numpy.polynomial.Polynomial([y @ y, -2 * (x @ y), x @ x])
    doubt = difference**2 - t**2 * variance
    return sorted(map(float, doubt.roots())) if doubt.coef[-1] > 0 else []


@pytest.mark.parametrize(("gainers", "losers"), [(15, 2), (15, 9), (60, 40), (300, 80)])
def test_bounds_equal_the_ratios_that_are_in_doubt(
    evaluate: Evaluate, gainers: int, losers: int
) -> None:
    for seed in range(5):
        units = movers(gainers, losers, seed)
        [row] = evaluate("fieller_bounds", units)
        bounds = [bound for bound in row.values() if bound is not None]
        assert bounds == pytest.approx(ratios_in_doubt(units), rel=1e-9)


def test_interval_is_wider_above_than_below(evaluate: Evaluate) -> None:
    [row] = evaluate("fieller", movers(60, 40, seed=1))
    assert row["ci_high"] - row["estimate"] > row["estimate"] - row["ci_low"] > 0
    assert (row["ci_method"], row["n_effective"]) == ("fieller", 102)
    assert row["is_min_n_met"] is True


def test_losses_of_many_equal_customers_are_a_count(evaluate: Evaluate) -> None:
    """100 gains and 100 losses of one size: (g - R l)^2 = z^2 (g + R^2 l)."""
    units = [(Decimal(7), Decimal(0))] * 100 + [(Decimal(0), Decimal(7))] * 100
    [row] = evaluate("fieller", units)
    z2 = stats.norm.ppf(0.975) ** 2
    half = (1 - (1 - z2 / 100) ** 2) ** 0.5
    assert row["estimate"] == 1
    assert row["ci_low"] == pytest.approx((1 - half) / (1 - z2 / 100), abs=1e-9)
    assert row["ci_high"] == pytest.approx((1 + half) / (1 - z2 / 100), abs=1e-9)


def test_the_lower_bound_is_not_below_zero(evaluate: Evaluate) -> None:
    units = [(Decimal(50), Decimal(0))] * 2 + [(Decimal(0), Decimal(1))] * 20
    [row] = evaluate("fieller", units)
    assert row["ci_low"] == 0 < row["estimate"] == 5 < row["ci_high"]


@pytest.mark.parametrize(
    ("units", "estimate"),
    [
        pytest.param([], None, id="nothing moved"),
        pytest.param([(Decimal(1), Decimal(0))] * 40, None, id="nothing was lost"),
        pytest.param(
            [(Decimal(1), Decimal(0))] * 40 + [(Decimal(0), Decimal(1))] * 3,
            pytest.approx(40 / 3),
            id="so little was lost that it may be chance",
        ),
        pytest.param([(Decimal(0), Decimal(1))] * 40, 0, id="nothing was gained"),
        pytest.param([(Decimal(2), Decimal(1))] * 40, 2, id="no unit departs from it"),
    ],
)
def test_no_interval_instead_of_a_false_one(
    evaluate: Evaluate, units: Units, estimate: object
) -> None:
    [row] = evaluate("fieller", units)
    assert row["estimate"] == estimate
    assert row["ci_low"] is row["ci_high"] is None


def test_small_samples_keep_their_sums_only(evaluate: Evaluate) -> None:
    [row] = evaluate("fieller", movers(3, 4, seed=1))
    assert row["estimate"] is row["ci_low"] is row["ci_high"] is None
    assert row["numerator"] > 0
    assert row["denominator"] > 0
    assert row["is_min_n_met"] is False
