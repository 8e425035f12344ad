"""Correlation of prewhitened series, against statsmodels, chance and planted lags."""

from math import sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.tsa.ar_model import AutoReg, ar_select_order
from statsmodels.tsa.deterministic import Fourier
from statsmodels.tsa.stattools import ccf

from pipelines.fits import prewhitened_series
from pipelines.fits.prewhitened_series import MOST_ORDER, fit

Vector = NDArray[np.float64]
SERIES = 400


def remembering(random: np.random.Generator, points: int, *weights: float) -> Vector:
    """A series that remembers its past by these weights; far from its start."""
    values = list(random.normal(size=100 + points))
    for place in range(len(weights), len(values)):
        values[place] += sum(
            weight * values[place - back] for back, weight in enumerate(weights, 1)
        )
    return np.array(values[100:])


def most_by_chance(series: int, share: float) -> int:
    """What 99.9 % of as many tries stay within."""
    return int(stats.binom.ppf(0.999, series, share))


@pytest.mark.parametrize("weights", [(), (0.7,), (0.4, 0.4)])
def test_order_and_filter_are_those_of_statsmodels(weights: tuple[float, ...]) -> None:
    orders = set()
    for seed in range(20):
        random = np.random.default_rng(seed)
        driver, follower = (remembering(random, 60, *weights) for _ in range(2))
        flat = prewhitened_series.without_calendar(driver, 12)
        theirs = ar_select_order(flat, MOST_ORDER, ic="aic", trend="c")
        order = len(theirs.ar_lags or [])
        model = AutoReg(flat, order, trend="c").fit()
        ours = prewhitened_series.prewhitened(driver, follower, 12)
        assert ours is not None
        assert ours[0] == order
        weights_found = prewhitened_series.autoregression(flat, order)
        assert weights_found == pytest.approx(model.params, abs=1e-9)
        left = prewhitened_series.without_calendar(model.resid, 12)
        assert ours[1] == pytest.approx(left, abs=1e-9)
        flat = prewhitened_series.without_calendar(follower, 12)
        told = AutoReg(flat, order, trend="c").predict(model.params, start=order)
        left = prewhitened_series.without_calendar(flat[order:] - told, 12)
        assert ours[2] == pytest.approx(left, abs=1e-9)
        orders.add(order)
    assert len(weights) in orders


@pytest.mark.parametrize(("year", "numbers"), [(12, 6), (4, 5)])
def test_line_and_season_are_those_of_statsmodels(year: int, numbers: int) -> None:
    """A half-year of quarters has one number: its sine is 0 at each of them."""
    series = remembering(np.random.default_rng(3), 40, 0.5) + 0.2 * np.arange(40)
    terms = Fourier(year, 2).in_sample(np.arange(40)).to_numpy()
    terms = terms[:, np.abs(terms).max(axis=0) > 1e-9]
    design = np.column_stack([np.ones(40), np.arange(40), terms])
    model = OLS(series, design).fit()
    ours = prewhitened_series.without_calendar(series, year)
    assert ours == pytest.approx(model.resid, abs=1e-9)
    assert model.df_model + 1 == numbers
    rows = prewhitened_series.without_calendar(np.array([series, series[::-1]]), year)
    assert rows[0] == pytest.approx(ours, abs=1e-12)


def test_correlations_are_those_of_statsmodels() -> None:
    random = np.random.default_rng(5)
    driver, follower = remembering(random, 50, 0.6), remembering(random, 50, 0.3)
    ours = prewhitened_series.cross_correlations(driver[None, :], follower, 12)[0]
    assert ours == pytest.approx(ccf(follower, driver, adjusted=False)[:13], abs=1e-12)


def test_a_correlation_by_hand() -> None:
    """Of 1 2 3 4 and 1 -1 1 -1 the products sum to -2 now, and to .5 one later."""
    found = prewhitened_series.cross_correlations(
        np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([1.0, -1.0, 1.0, -1.0]), 1
    )[0]
    scale = 4 * sqrt(1.25)
    assert found == pytest.approx([-2 / scale, 0.5 / scale])


def test_a_permutation_keeps_every_point_and_most_neighbours() -> None:
    places = prewhitened_series.shuffled(36)
    assert (np.sort(places, axis=1) == np.arange(36)).all()
    together = (np.diff(places, axis=1) % 36 == 1).mean()
    # twelve blocks of three: 24 of 35 neighbours, and a few that meet by chance
    assert 24 / 35 <= together <= 27 / 35


@pytest.mark.parametrize(
    ("points", "critical"), [(12, 0.576), (24, 0.404), (36, 0.329)]
)
def test_one_lag_is_held_against_the_critical_correlation(
    points: int, critical: float
) -> None:
    """What the blocks say of one lag of white series is what the table says."""
    t = stats.t.ppf(0.975, points - 2)
    assert t / sqrt(points - 2 + t * t) == pytest.approx(critical, abs=5e-4)
    random = np.random.default_rng(points)
    found = []
    for _ in range(40):
        driver, follower = random.normal(size=points), random.normal(size=points)
        of_draws = prewhitened_series.cross_correlations(
            driver[prewhitened_series.shuffled(points)], follower, 0
        )
        found.append(np.quantile(np.abs(of_draws), 0.95))
    assert float(np.mean(found)) == pytest.approx(critical, abs=0.02)


def test_the_largest_of_thirteen_lags_needs_more_than_one_does() -> None:
    """Half of all white series pass for one lag what chance gives one in twenty."""
    assert pytest.approx(0.49, abs=0.005) == 1 - 0.95**13
    random = np.random.default_rng(13)
    passed = decided = 0
    t = stats.t.ppf(0.975, 100 - 2)
    for _ in range(SERIES):
        found = fit(random.normal(size=100), random.normal(size=100), 12)
        assert found is not None
        assert found.lags == 13
        passed += abs(found.correlation) > t / sqrt(100 - 2 + t * t)
        decided += found.p_value <= 0.05
    assert 0.38 * SERIES <= passed <= 0.56 * SERIES
    assert decided <= most_by_chance(SERIES, 0.05)


@pytest.mark.parametrize("year", [12, 4])
@pytest.mark.parametrize("points", [36, 60])
@pytest.mark.parametrize(
    ("driver", "follower"), [(0.0, 0.0), (0.7, 0.7), (0.9, 0.9), (0.9, 0.0), (0.0, 0.9)]
)
def test_independent_series_are_decided_as_often_as_chance_may(
    driver: float, follower: float, points: int, year: int
) -> None:
    random = np.random.default_rng(1)
    decided = 0
    for _ in range(SERIES):
        # trends of their own, which are no evidence either
        line = np.arange(points) * random.normal() / 5
        other = np.arange(points) * random.normal() / 5
        found = fit(
            remembering(random, points, driver) + line,
            remembering(random, points, follower) + other,
            year,
        )
        assert found is not None
        decided += found.p_value <= 0.05
    assert decided <= most_by_chance(SERIES, 0.05)
    # not by never deciding
    assert decided >= SERIES * 0.02


@pytest.mark.parametrize("points", [36, 60])
def test_a_season_that_both_have_is_no_lead(points: int) -> None:
    random = np.random.default_rng(5)
    season = np.sqrt(2) * np.sin(np.pi * np.arange(points) / 6)
    decided = 0
    for _ in range(SERIES):
        driver, follower = (season + random.normal(size=points) for _ in range(2))
        found = fit(driver, follower, 12)
        assert found is not None
        decided += found.p_value <= 0.05
    assert decided <= most_by_chance(SERIES, 0.05)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("lag", [0, 2, 5])
def test_a_planted_lag_is_found(lag: int, sign: int) -> None:
    random = np.random.default_rng(7)
    right = 0
    for _ in range(100):
        whole = remembering(random, 48 + lag, 0.6)
        driver = whole[lag:]
        follower = sign * whole[:48] + 0.7 * random.normal(size=48)
        found = fit(driver, follower, 12)
        assert found is not None
        right += (
            found.p_value <= 0.05 and found.lag == lag and found.correlation * sign > 0
        )
    assert right >= 80


def test_the_interval_excludes_none_just_where_p_is_small() -> None:
    random = np.random.default_rng(11)
    sides = set()
    for strength in [0.0, 0.3, 0.4, 0.5, 0.6] * 20:
        driver = random.normal(size=40)
        found = fit(driver, strength * driver + random.normal(size=40), 12)
        assert found is not None
        low, high = found.interval
        assert -1 <= low <= found.correlation <= high <= 1
        assert (low > 0 or high < 0) == (found.p_value <= 0.05)
        sides.add(found.p_value <= 0.05)
    assert sides == {True, False}


def test_the_same_points_have_the_same_p() -> None:
    random = np.random.default_rng(2)
    driver, follower = random.normal(size=36), random.normal(size=36)
    first = fit(driver, follower, 12)
    prewhitened_series.shuffled.cache_clear()
    assert fit(driver.tolist(), follower.tolist(), 12) == first


def test_units_change_nothing() -> None:
    random = np.random.default_rng(4)
    driver, follower = remembering(random, 40, 0.5), random.normal(size=40)
    plain = fit(driver, follower, 12)
    scaled = fit(7 + driver / 100, follower * 1e4 - 3, 12)
    assert plain is not None
    assert scaled is not None
    assert (plain.lag, plain.order) == (scaled.lag, scaled.order)
    assert plain.correlation == pytest.approx(scaled.correlation, abs=1e-9)


MOVING = remembering(np.random.default_rng(6), 40, 0.5)


@pytest.mark.parametrize(
    "still",
    [
        pytest.param(np.full(40, 0.4), id="constant"),
        pytest.param(np.zeros(40), id="nothing"),
        pytest.param(0.3 + 0.01 * np.arange(40), id="a straight line"),
        pytest.param(np.cos(np.pi * np.arange(40) / 6), id="a season"),
    ],
)
def test_a_series_that_does_not_move_is_not_correlated(still: Vector) -> None:
    assert fit(still, MOVING, 12) is None
    assert fit(MOVING, still, 12) is None


def test_a_follower_that_is_its_driver_is_found_without_an_error() -> None:
    found = fit(MOVING, MOVING, 12)
    assert found is not None
    assert (found.lag, found.correlation) == (0, pytest.approx(1))
    assert found.p_value == 1 / (prewhitened_series.DRAWS + 1)
