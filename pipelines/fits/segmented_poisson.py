"""Poisson regression of an interrupted series: did a rate change when something came?

Counts of equal periods with an exposure each, a trend, and one change fixed in advance:
of the level, or of the slope from then on (Lopez Bernal, Cummins and Gasparrini 2017).
A change that is found is associated with what came, and with all else that came then.

What is done with a fit is in the model `int_release_series_fitted`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, isfinite, log, sqrt
from typing import Literal

Impact = Literal["level", "slope"]
Vector = list[float]
Matrix = list[Vector]
STEPS = 60
LARGEST = 30.0
"""A logarithm of a rate ratio beyond which the likelihood climbs for ever."""


@dataclass(frozen=True)
class Point:
    """One period of the series."""

    time: int
    count: float
    exposure: float
    """Above 0: what the count is divided by, such as customers."""
    is_after: bool


@dataclass(frozen=True)
class Fit:
    """The change as the logarithm of a rate ratio, and how well it is known."""

    log_ratio: float
    standard_error: float
    """If counts scatter like Poisson's."""
    dispersion: float
    """Pearson's chi-square over its degrees of freedom: 1 if they do."""
    robust_error: float
    """If they scatter more, and neighbours alike (Newey and West)."""
    log_likelihood: float
    """But for the factorials of the counts."""

    @property
    def cautious_error(self) -> float:
        """The larger of the two that allow for more scatter than Poisson's."""
        return max(
            self.standard_error * sqrt(max(1.0, self.dispersion)), self.robust_error
        )


def lags(points: int) -> int:
    """Over how many periods neighbours may be alike (Newey and West 1994)."""
    return int(4 * (points / 100) ** (2 / 9))


def fit(points: Sequence[Point], impact: Impact) -> Fit | None:
    """The change of greatest likelihood; None where there is none to be found.

    Args:
        points: In the order of time, on both sides of what came; at least four.
        impact: `level` for a step, `slope` for a change per period from then on.
    """
    rows = design(points, impact)
    counts = [point.count for point in points]
    offsets = [log(point.exposure) for point in points]
    if sum(counts) <= 0:
        return None
    beta = [log(sum(counts) / sum(point.exposure for point in points)), 0.0, 0.0]
    value = _likelihood(rows, counts, offsets, beta)
    for _ in range(STEPS):
        means = _means(rows, offsets, beta)
        slope = _sum_rows(
            rows, [count - mean for count, mean in zip(counts, means, strict=True)]
        )
        inverse = _inverse(_products(rows, means))
        if inverse is None:
            return None
        step = _times(inverse, slope)
        # Newton's step may overshoot: it is halved until the likelihood climbs.
        for _ in range(STEPS):
            trial = [one + more for one, more in zip(beta, step, strict=True)]
            ahead = _likelihood(rows, counts, offsets, trial)
            if ahead >= value or max(map(abs, step)) < 1e-12:
                break
            step = [more / 2 for more in step]
        beta, value = trial, ahead
        if abs(beta[2]) > LARGEST or not isfinite(value):
            return None
        if max(map(abs, step)) < 1e-10:
            return _described(rows, counts, offsets, beta, value)
    return None


def design(points: Sequence[Point], impact: Impact) -> Matrix:
    """A row per point: constant, trend, and the change."""
    middle = sum(point.time for point in points) / len(points)
    starts = [after.time for before, after in pairwise(points) if not before.is_after]
    start = max((time for time in starts), default=points[0].time)
    rows = []
    for point in points:
        change = 0.0
        if point.is_after:
            change = 1.0 if impact == "level" else point.time - start + 1.0
        rows.append([1.0, point.time - middle, change])
    return rows


def _described(
    rows: Matrix, counts: Vector, offsets: Vector, beta: Vector, value: float
) -> Fit | None:
    means = _means(rows, offsets, beta)
    inverse = _inverse(_products(rows, means))
    if inverse is None or inverse[2][2] <= 0:
        return None
    left = [count - mean for count, mean in zip(counts, means, strict=True)]
    scatter = sum(rest * rest / mean for rest, mean in zip(left, means, strict=True))
    freedom = len(rows) - len(beta)
    scores = [
        [entry * rest for entry in row] for row, rest in zip(rows, left, strict=True)
    ]
    robust = _times_matrix(_times_matrix(inverse, _long_run(scores)), inverse)
    return Fit(
        log_ratio=beta[2],
        standard_error=sqrt(inverse[2][2]),
        dispersion=scatter / freedom if freedom > 0 else 1.0,
        robust_error=sqrt(max(0.0, robust[2][2])),
        log_likelihood=value,
    )


def _long_run(scores: Matrix) -> Matrix:
    """Variance of the sum of scores, neighbours included with Bartlett's weights."""
    size, reach = len(scores[0]), lags(len(scores))
    total = [[0.0] * size for _ in range(size)]
    for lag in range(reach + 1):
        weight = 1 - lag / (reach + 1)
        for later, earlier in zip(scores[lag:], scores, strict=False):
            for i in range(size):
                for j in range(size):
                    product = later[i] * earlier[j]
                    if lag > 0:
                        product += earlier[i] * later[j]
                    total[i][j] += weight * product
    return total


def _likelihood(rows: Matrix, counts: Vector, offsets: Vector, beta: Vector) -> float:
    total = 0.0
    for row, count, offset in zip(rows, counts, offsets, strict=True):
        power = offset + sum(a * b for a, b in zip(row, beta, strict=True))
        total += count * power - exp(min(power, 700.0))
    return total


def _means(rows: Matrix, offsets: Vector, beta: Vector) -> Vector:
    return [
        exp(offset + sum(a * b for a, b in zip(row, beta, strict=True)))
        for row, offset in zip(rows, offsets, strict=True)
    ]


def _sum_rows(rows: Matrix, weights: Vector) -> Vector:
    return [
        sum(row[i] * weight for row, weight in zip(rows, weights, strict=True))
        for i in range(len(rows[0]))
    ]


def _products(rows: Matrix, weights: Vector) -> Matrix:
    return [
        _sum_rows(rows, [row[i] * w for row, w in zip(rows, weights, strict=True)])
        for i in range(len(rows[0]))
    ]


def _times(matrix: Matrix, vector: Vector) -> Vector:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _times_matrix(left: Matrix, right: Matrix) -> Matrix:
    columns = [list(column) for column in zip(*right, strict=True)]
    return [_times(columns, row) for row in left]


def _inverse(matrix: Matrix) -> Matrix | None:
    """By elimination with the largest pivot; None where there is none."""
    size = len(matrix)
    work = [
        [*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)
    ]
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(work[row][column]))
        if abs(work[pivot][column]) < 1e-12:
            return None
        work[column], work[pivot] = work[pivot], work[column]
        scale = work[column][column]
        work[column] = [entry / scale for entry in work[column]]
        for row in range(size):
            if row != column:
                factor = work[row][column]
                work[row] = [
                    entry - factor * other
                    for entry, other in zip(work[row], work[column], strict=True)
                ]
    return [row[size:] for row in work]
