"""Whether one series moves before another, where there is only one pair of them.

Two series that each remember their past are alike by chance far more often than two
that do not, and so are two that follow the year. So the straight lines and seasons of
both are taken out, the driver is made white by an autoregression of its own, the
follower is filtered by the same one, and only what is left is correlated (Box and
Jenkins 1976). Of the lags the largest correlation is taken, and held against the
largest of as many lags where blocks of the driver have changed places.

What is done with a fit is in the model `int_lead_lag_series_fitted`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import atanh, ceil, tanh

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

MOST_ORDER = 2
"""Terms of the autoregression at most: of thirty-six points more fit their noise."""
MOST_LAGS = 12
"""Periods at most by which the follower is moved; and a quarter of the points."""
DRAWS = 1999
LEVEL = 0.05
SEED = 20260101
"""Fixed, so that the same points have the same p."""
NEGLIGIBLE = 1e-9
"""Share of a series' size that must be left to move, or there is no correlation."""


@dataclass(frozen=True)
class Fit:
    """The largest correlation of all lags, and what chance makes of as many."""

    order: int
    lags: int
    lag: int
    correlation: float
    critical: float
    """What the largest of all lags must exceed to have a p of 5 % or less."""
    p_value: float

    @property
    def interval(self) -> tuple[float, float]:
        """Of all lags together; it excludes 0 just where p is 5 % or less."""
        half, centre = _far(self.critical), _far(self.correlation)
        return tanh(centre - half), tanh(centre + half)


def fit(driver: Sequence[float], follower: Sequence[float], year: int) -> Fit | None:
    """The lag of largest correlation; None where a series does not move.

    year: how many points make one.
    """
    white = prewhitened(np.array(driver), np.array(follower), year)
    if white is None:
        return None
    order, left, filtered = white
    lags = min(MOST_LAGS, len(driver) // 4)
    found = cross_correlations(left[None, :], filtered, lags)[0]
    lag = int(np.argmax(np.abs(found)))
    largest = float(abs(found[lag]))
    # what changed places loses line and season as what did not has lost them
    draws = without_calendar(left[shuffled(len(left))], year)
    by_chance = np.abs(cross_correlations(draws, filtered, lags)).max(axis=1)
    allowed = int(LEVEL * (DRAWS + 1))
    return Fit(
        order=order,
        lags=lags + 1,
        lag=lag,
        correlation=float(found[lag]),
        critical=float(np.sort(by_chance)[-allowed]),
        p_value=(1 + int((by_chance >= largest).sum())) / (DRAWS + 1),
    )


def prewhitened(
    driver: Vector, follower: Vector, year: int
) -> tuple[int, Vector, Vector] | None:
    """The order of the driver's filter, and what it leaves of both series."""
    level, outcome = (without_calendar(series, year) for series in (driver, follower))
    if not (_moves(level, driver) and _moves(outcome, follower)):
        return None
    order = chosen_order(level)
    weights = autoregression(level, order)
    # the filter cuts off the first points, without which the calendar is another
    left, filtered = (
        without_calendar(_filtered(series, weights), year)
        for series in (level, outcome)
    )
    if not (_moves(left, driver) and _moves(filtered, follower)):
        return None
    return order, left, filtered


def without_calendar(series: Vector, year: int) -> Vector:
    """What neither a straight line nor the season explains; of each row.

    The season is that of waves of a year and of half a year: two numbers each, where
    the means of twelve months would use up a third of thirty-six points.
    """
    time = np.arange(series.shape[-1])
    turns = 2 * np.pi * time / year
    calendar = np.column_stack(
        [np.ones_like(turns), time]
        + [wave(often * turns) for often in (1, 2) for wave in (np.cos, np.sin)]
    )
    # a sine of two points a period is none: only what is there spans the calendar
    span, sizes, _ = np.linalg.svd(calendar, full_matrices=False)
    span = span[:, sizes > NEGLIGIBLE * sizes[0]]
    left: Vector = series - series @ span @ span.T
    return left


def chosen_order(series: Vector) -> int:
    """The order of least AIC, all of them judged on the same points."""
    points = len(series) - MOST_ORDER

    def criterion(order: int) -> float:
        rest = _residuals(series, autoregression(series, order, MOST_ORDER), MOST_ORDER)
        # one that an order explains wholly is explained best by the first that does
        error = max(float(rest @ rest), NEGLIGIBLE**2 * float(series @ series))
        return points * float(np.log(error / points)) + 2 * (order + 1)

    return min(range(MOST_ORDER + 1), key=criterion)


def autoregression(series: Vector, order: int, skipped: int | None = None) -> Vector:
    """Constant and coefficients by least squares, of the points after those skipped."""
    start = order if skipped is None else skipped
    weights: NDArray[np.floating]
    weights, *_ = np.linalg.lstsq(
        _design(series, order, start), series[start:], rcond=None
    )
    return weights.astype(np.float64)


def cross_correlations(drivers: Vector, follower: Vector, lags: int) -> Vector:
    """Per row of drivers and lag the correlation with the follower that much later."""
    moved = drivers - drivers.mean(axis=1, keepdims=True)
    after = follower - follower.mean()
    size = len(after)
    scale = size * moved.std(axis=1) * after.std()
    found: Vector = np.stack(
        [moved[:, : size - lag] @ after[lag:] / scale for lag in range(lags + 1)],
        axis=1,
    )
    return found


@cache
def shuffled(size: int) -> NDArray[np.int64]:
    """Per draw the places of the points, after blocks of them have changed places."""
    random = np.random.default_rng(SEED)
    places = np.arange(size)
    # long enough for what the filter has left of the memory
    blocks = ceil(size / max(1, round(size ** (1 / 3))))
    draws = []
    for _ in range(DRAWS):
        # cut at another place in each draw
        pieces = np.array_split(np.roll(places, random.integers(size)), blocks)
        draws.append(np.concatenate([pieces[i] for i in random.permutation(blocks)]))
    return np.array(draws)


def _design(series: Vector, order: int, start: int) -> Vector:
    past = [series[start - back : len(series) - back] for back in range(1, order + 1)]
    return np.column_stack([np.ones(len(series) - start), *past])


def _residuals(series: Vector, weights: Vector, start: int) -> Vector:
    rest: Vector = series[start:] - _design(series, len(weights) - 1, start) @ weights
    return rest


def _filtered(series: Vector, weights: Vector) -> Vector:
    return _residuals(series, weights, len(weights) - 1)


def _moves(left: Vector, series: Vector) -> bool:
    return float(left.std()) > NEGLIGIBLE * float(np.abs(series).max())


def _far(correlation: float) -> float:
    """Fisher's z, finite also of a correlation of one."""
    return atanh(max(-1 + NEGLIGIBLE, min(1 - NEGLIGIBLE, correlation)))
