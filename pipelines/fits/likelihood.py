"""The search for parameters above zero that make the data most likely, with scipy.

What the parameters mean, and the likelihood, are in the modules of the models.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

Column = NDArray[np.float64]
Likelihood = Callable[[Column], tuple[float, Column]]
"""Logarithm of the likelihood of parameters, and its derivatives by them."""
REACH = np.log(1e5)
"""How far from its scale a parameter may be. Where things are all alike the likelihood
climbs for ever, ever more slowly; there the search ends at this bound."""
SETTLED = 1e-5
"""Slope of the likelihood per observation, by the logarithm of a parameter, that moves
the parameter by far less than its standard error."""


def climb(
    likelihood: Likelihood, scales: Sequence[float], observations: float
) -> Column | None:
    """The most likely parameters; None where the search does not settle.

    Args:
        scales: What size the parameters are of; the search begins there.
        observations: How many the likelihood is of: it is climbed per observation.
    """

    def loss(point: Column) -> tuple[float, Column]:
        parameters = np.exp(point)
        value, slope = likelihood(parameters)
        return -value / observations, -slope * parameters / observations

    start = np.log(scales)
    found = optimize.minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(scale - REACH, scale + REACH) for scale in start],
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 2000, "maxcor": 20},
    )
    # Not "success" alone: it also calls it abnormal when rounding ends the climb. At a
    # bound the likelihood may go on climbing outwards.
    slope = np.where(np.abs(found.x - start) < REACH, found.jac, 0.0)
    is_settled = found.success or np.max(np.abs(slope)) < SETTLED
    return np.asarray(np.exp(found.x)) if is_settled else None
