"""The shifted-beta-geometric model of how long customers stay (Fader and Hardie 2007).

Every customer has a probability of its own to churn in a period, beta-distributed over
the customers. Of those at risk in period t the share alpha / (alpha + beta + t - 1)
churns: the likelihood needs no more than the counts of a survival curve, and customers
who are still there, or were first seen late, count for as long as they were seen.

What is done with a fit is in the model `int_survival_fitted`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt

Z = 1.959963984540054
SMALLEST, LARGEST = log(1e-4), log(1e6)
"""Logarithms of alpha and beta between which is searched. Beyond the upper one the
customers are all alike, beyond the lower one each of them either stays or leaves."""
NEGLIGIBLE = 1e-13
"""What a period is worth that is too far ahead to count."""

Counts = Sequence[tuple[int, int]]
"""At risk and churned in each period, from the first on."""
Pair = tuple[float, float]
"""A number for ln alpha and one for ln beta, in which nothing is bounded."""
Matrix = tuple[float, float, float]
"""First, mixed and last element of a symmetric matrix over these two."""
Quantity = Callable[[float, float], float]
"""A function of alpha and beta."""


@dataclass(frozen=True)
class Fit:
    """Parameters of greatest likelihood, and how well they are known."""

    alpha: float
    beta: float
    log_likelihood: float
    variance: Matrix
    """Of ln alpha and ln beta."""
    is_homogeneous: bool = False
    """Whether the customers seem all alike: the limit of large alpha and beta."""

    def interval(self, quantity: Quantity) -> tuple[float, float, float]:
        """Value of a quantity, and its 95 % interval by the delta method."""
        nudge = 1e-4
        up, down = exp(nudge), exp(-nudge)
        by_alpha, by_beta = (
            (
                quantity(self.alpha * up, self.beta)
                - quantity(self.alpha * down, self.beta)
            )
            / (2 * nudge),
            (
                quantity(self.alpha, self.beta * up)
                - quantity(self.alpha, self.beta * down)
            )
            / (2 * nudge),
        )
        squared = (
            by_alpha**2 * self.variance[0]
            + 2 * by_alpha * by_beta * self.variance[1]
            + by_beta**2 * self.variance[2]
        )
        value, half = quantity(self.alpha, self.beta), Z * sqrt(max(0.0, squared))
        return value, value - half, value + half


def survival(alpha: float, beta: float, periods: int) -> float:
    """Share of the customers that is still there after so many periods."""
    share = 1.0
    for period in range(periods):
        share *= (beta + period) / (alpha + beta + period)
    return share


def discounted_lifetime(alpha: float, beta: float, discount_rate: float) -> float:
    """Number of periods that a new customer is expected to pay for, the first included,
    each worth less by the discount rate than the one before.

    Args:
        discount_rate: Per period, above 0.
    """
    total, worth, period = 0.0, 1.0, 0
    while worth > NEGLIGIBLE:
        total += worth
        worth *= (beta + period) / (alpha + beta + period) / (1 + discount_rate)
        period += 1
    return total


def residual_lifetime(
    alpha: float, beta: float, discount_rate: float, renewals: int
) -> float:
    """The same for a customer that has renewed so many times, seen just before the next
    renewal (Fader and Hardie 2010)."""
    aged = beta + renewals
    stays = aged / (alpha + aged)
    return stays * discounted_lifetime(alpha, aged + 1, discount_rate)


def fit(counts: Counts) -> Fit:
    """The parameters of greatest likelihood, by Newton's method, damped to climb.

    Where the customers are all alike the likelihood climbs for ever. Alpha and beta are
    then at their limit, with the mean probability to churn between them, which makes
    the projection geometric.

    Args:
        counts: At least one customer churned, and one stayed.
    """
    at_risk, churned = (sum(column) for column in zip(*counts, strict=True))
    odds = churned / (at_risk - churned)
    point, damping = (0.0, -log(odds)), 1e-3
    value, gradient, curvature = _derivatives(counts, point)
    while max(map(abs, gradient)) > 1e-9 * at_risk and damping < 1e12:
        steepest, mixed, flattest = _inverse(
            (damping - curvature[0], -curvature[1], damping - curvature[2])
        )
        step = (
            steepest * gradient[0] + mixed * gradient[1],
            mixed * gradient[0] + flattest * gradient[1],
        )
        ahead = (point[0] + step[0], point[1] + step[1])
        trial = (-inf, gradient, curvature)
        if max(map(abs, step)) < 2:
            if max(ahead) > LARGEST:
                return _homogeneous(counts, odds)
            if min(ahead) > SMALLEST:
                trial = _derivatives(counts, ahead)
        if trial[0] < value:
            damping *= 10
        else:
            point, damping = ahead, damping / 10
            value, gradient, curvature = trial
    variance = _inverse((-curvature[0], -curvature[1], -curvature[2]))
    return Fit(exp(point[0]), exp(point[1]), value, variance)


def _derivatives(counts: Counts, point: Pair) -> tuple[float, Pair, Matrix]:
    """Log-likelihood, and its first and second derivatives by ln alpha and ln beta."""
    alpha, beta = exp(point[0]), exp(point[1])
    value = by_alpha = by_beta = second_alpha = mixed = second_beta = 0.0
    for period, (at_risk, churned) in enumerate(counts):
        stay, total = beta + period, alpha + beta + period
        stayed = at_risk - churned
        value += churned * log(alpha) + stayed * log(stay) - at_risk * log(total)
        by_alpha += churned / alpha - at_risk / total
        by_beta += stayed / stay - at_risk / total
        second_alpha += at_risk / total**2 - churned / alpha**2
        mixed += at_risk / total**2
        second_beta += at_risk / total**2 - stayed / stay**2
    gradient = (alpha * by_alpha, beta * by_beta)
    curvature = (
        alpha**2 * second_alpha + gradient[0],
        alpha * beta * mixed,
        beta**2 * second_beta + gradient[1],
    )
    return value, gradient, curvature


def _homogeneous(counts: Counts, odds: float) -> Fit:
    """The limit at which every customer churns with the same probability: only the odds
    of it are estimated."""
    point = (LARGEST + min(0.0, log(odds)), LARGEST - max(0.0, log(odds)))
    at_risk, churned = (sum(column) for column in zip(*counts, strict=True))
    variance = (1 / churned + 1 / (at_risk - churned), 0.0, 0.0)
    value, _, _ = _derivatives(counts, point)
    return Fit(exp(point[0]), exp(point[1]), value, variance, is_homogeneous=True)


def _inverse(matrix: Matrix) -> Matrix:
    """Inverse of a positive matrix; of any other one a matrix that steps too far."""
    first, mixed, last = matrix
    determinant = first * last - mixed * mixed
    if first <= 0 or determinant <= 0:
        return (inf, 0.0, inf)
    return (last / determinant, -mixed / determinant, first / determinant)
