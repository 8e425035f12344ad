"""The gamma-gamma model of what a purchase is worth (Fader and Hardie 2013).

The values of a customer's purchases vary around a mean of its own, and the means over
the customers: p is the shape of the former, q and v shape and scale of the latter. It
takes for granted that who buys often does not spend more or less each time.

Needs scipy, which comes with the extra `clv`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pipelines.fits.likelihood import climb

Column = NDArray[np.float64]
"""One number per customer."""


@dataclass(frozen=True)
class Parameters:
    """Shapes p and q, and the scale v."""

    p: float
    q: float
    v: float

    def log_likelihood(self, repeats: Column, mean_value: Column) -> Column:
        """Logarithm of the likelihood of each customer's mean value of repeats."""
        shape, total = self.p * repeats, repeats * mean_value
        return np.asarray(
            -special.betaln(shape, self.q)
            + self.q * np.log(self.v)
            + shape * np.log(total)
            - np.log(mean_value)
            - (shape + self.q) * np.log(total + self.v)
        )

    def gradient(self, repeats: Column, mean_value: Column) -> Column:
        """Derivatives of the log-likelihood by p, q and v: a row for each."""
        shape, total = self.p * repeats, repeats * mean_value
        psi = special.digamma
        share = np.log(total) - np.log(total + self.v)
        rest = np.log(self.v) - np.log(total + self.v)
        return np.stack(
            [
                repeats * (psi(shape + self.q) - psi(shape) + share),
                psi(shape + self.q) - psi(self.q) + rest,
                self.q / self.v - (shape + self.q) / (total + self.v),
            ]
        )

    def expected_value(self, repeats: Column, mean_value: Column) -> Column:
        """Value expected of each customer's next purchase: its own mean, drawn towards
        that of all the more, the fewer purchases it rests on. NaN for who has no
        repeats, where q is not above 1 and the mean of all is infinite."""
        weight = self.p * repeats + self.q - 1
        value = self.p * (self.v + repeats * mean_value)
        return np.divide(
            value, weight, out=np.full_like(value, np.nan), where=weight > 0
        )


def fit(repeats: Column, mean_value: Column) -> Parameters | None:
    """The parameters of greatest likelihood; None where the search does not settle.

    Args:
        repeats: Number of repeat purchases, at least 1.
        mean_value: Their mean value, above 0.
    """
    order = np.lexsort((mean_value, repeats))
    repeats, mean_value = repeats[order], mean_value[order]

    def likelihood(point: Column) -> tuple[float, Column]:
        parameters = Parameters(*map(float, point))
        return (
            float(np.sum(parameters.log_likelihood(repeats, mean_value))),
            np.sum(parameters.gradient(repeats, mean_value), axis=1),
        )

    scales = [1.0, 2.0, float(np.mean(mean_value))]
    found = climb(likelihood, scales=scales, observations=len(repeats))
    return None if found is None else Parameters(*map(float, found))
