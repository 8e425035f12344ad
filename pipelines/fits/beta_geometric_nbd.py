"""The BG/NBD model of buying without a contract (Fader, Hardie and Lee 2005).

While a customer is alive it buys at a rate of its own, gamma-distributed over the
customers; after every purchase it may leave, with a probability of its own,
beta-distributed. A customer made `repeats` purchases after the first, the last of them
at time `last`, and was seen until time `followed`, both counted from the first one. Who
never came back is alive for certain: that is a property of the model.

Needs scipy, which comes with the extra `clv`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special

from pipelines.fits.likelihood import climb

Column = NDArray[np.float64]
"""One number per customer."""
NODES = 64
"""Of the quadrature over the probabilities to leave."""


@dataclass(frozen=True)
class Buyers:
    """What the model knows of customers: three columns of equal length."""

    repeats: Column
    last: Column
    followed: Column


@dataclass(frozen=True)
class Parameters:
    """Rate of buying: gamma with shape r and rate alpha. Leaving: beta with a and b."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, buyers: Buyers) -> Column:
        """Logarithm of the likelihood of each customer."""
        r, a, b, x = self.r, self.a, self.b, buyers.repeats
        gamma = special.gammaln(r + x) - special.gammaln(r) + r * np.log(self.alpha)
        beta = special.betaln(a, b + x) - special.betaln(a, b)
        return np.asarray(gamma + beta + np.logaddexp(*self._log_fates(buyers)))

    def gradient(self, buyers: Buyers) -> Column:
        """Derivatives of the log-likelihood by r, alpha, a and b: a row for each."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        x, seen, last = buyers.repeats, alpha + buyers.followed, alpha + buyers.last
        alive = self.probability_alive(buyers)
        left = 1 - alive
        psi = special.digamma
        together = psi(a + b) - psi(a + b + x)
        return np.stack(
            [
                psi(r + x)
                - psi(r)
                + np.log(alpha)
                - alive * np.log(seen)
                - left * np.log(last),
                r / alpha - (r + x) * (alive / seen + left / last),
                together + left / a,
                together + psi(b + x) - psi(b) - left / np.where(x > 0, b + x - 1, 1),
            ]
        )

    def probability_alive(self, buyers: Buyers) -> Column:
        """Probability that each customer may still buy again."""
        alive, left = self._log_fates(buyers)
        return np.asarray(special.expit(alive - left))

    def expected_repeats(self, buyers: Buyers, horizon: float) -> Column:
        """Purchases of each customer expected within so much time from now on.

        Who is alive has a rate of buying and a probability to leave of which the
        purchases so far tell. Over the rate the mean is a power; over the probability
        it is taken by quadrature, which works where the hypergeometric function of the
        published formula overflows.
        """
        if_alive = np.empty_like(buyers.repeats)
        pace = horizon / (self.alpha + buyers.followed)
        for repeats in np.unique(buyers.repeats):
            rows = buyers.repeats == repeats
            leaving, weights = _beta_quadrature(self.a, self.b + repeats)
            growth = 1 + np.outer(pace[rows], leaving)
            means = (1 - growth ** -(self.r + repeats)) / leaving
            if_alive[rows] = means @ weights
        return np.asarray(if_alive * self.probability_alive(buyers))

    def _log_fates(self, buyers: Buyers) -> tuple[Column, Column]:
        """Logarithms of the weights of being alive, and of having left after the last
        repeat purchase."""
        x = buyers.repeats
        alive = -(self.r + x) * np.log(self.alpha + buyers.followed)
        left = np.log(self.a) - np.log(np.where(x > 0, self.b + x - 1, 1.0))
        left -= (self.r + x) * np.log(self.alpha + buyers.last)
        return alive, np.where(x > 0, left, -np.inf)


def fit(buyers: Buyers) -> Parameters | None:
    """The parameters of greatest likelihood; None where the search does not settle.

    Customers with the same history count as one with a weight, in the order of their
    histories: the result depends on nothing else.
    """
    histories, weights = np.unique(
        np.stack([buyers.repeats, buyers.last, buyers.followed]),
        axis=1,
        return_counts=True,
    )
    distinct = Buyers(*histories)
    unit = float(np.mean(buyers.followed))

    def likelihood(point: Column) -> tuple[float, Column]:
        parameters = Parameters(*map(float, point))
        return (
            float(parameters.log_likelihood(distinct) @ weights),
            parameters.gradient(distinct) @ weights,
        )

    found = climb(likelihood, scales=[1.0, unit, 1.0, 1.0], observations=weights.sum())
    return None if found is None else Parameters(*map(float, found))


def _beta_quadrature(a: float, b: float) -> tuple[Column, Column]:
    """Nodes and weights of Gauss and Jacobi's quadrature over a beta distribution.

    They are eigenvalues and vectors of the matrix of its recurrence (Golub and Welsch),
    which knows no constant that overflows.
    """
    n = np.arange(1, NODES)
    total = a + b
    even = 2 * n + total
    inner = (b - a) * (total - 2) / (even * (even - 2))
    middle = np.concatenate([[a / total], (1 - inner) / 2])
    below = n * (n + a - 1) * (n + b - 1) * (n + total - 2)
    below = below / ((even - 2) ** 2 * (even - 1) * np.maximum(even - 3, 1e-300))
    # The first step is a limit where a + b is 1.
    below[0] = a * b / (total**2 * (total + 1))
    nodes, vectors = linalg.eigh_tridiagonal(middle, np.sqrt(below))
    return np.maximum(nodes, 1e-300), vectors[0] ** 2
