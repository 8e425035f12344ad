"""A regression over a panel, with an effect of its own for every unit and every period.

The slope says whether units move in a period more than they usually do, and more than
all of them do then, where their regressor does so too. Errors are clustered by unit, so
that periods of one unit need not be independent (Liang and Zeger 1986; the correction
for few clusters is that of Stata and statsmodels).

What is done with a fit is in the model `int_lead_lag_fitted`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Observation = tuple[str, str, float, float]
"""Unit, period, regressor and outcome; a unit is seen once in a period."""
NEGLIGIBLE = 1e-9
"""Share of the regressor's variation that must be its own, or there is no slope."""


@dataclass(frozen=True)
class Fit:
    """The slope, and how well it is known."""

    slope: float
    standard_error: float
    units: int
    periods: int
    observations: int

    @property
    def degrees_of_freedom(self) -> int:
        """Of the t distribution of the slope: clusters less one."""
        return self.units - 1


def fit(panel: Sequence[Observation]) -> Fit | None:
    """The slope of a panel; None where effects leave no variation, or no freedom."""
    # in one order, so that the last digit does not depend on that of the rows
    rows = sorted(panel)
    units = sorted({row[0] for row in rows})
    periods = sorted({row[1] for row in rows})
    parameters = len(units) + len(periods)
    if len(units) < 2 or len(periods) < 2 or len(rows) <= parameters:
        return None
    effects = np.array(
        [
            [float(unit == name) for name in units]
            # the first period is what the others are compared with
            + [float(period == name) for name in periods[1:]]
            for unit, period, _, _ in rows
        ]
    )
    regressor = np.array([row[2] for row in rows])
    own = _left_over(regressor, effects)
    variation = float(own @ own)
    spread = regressor - regressor.mean()
    if variation <= max(
        NEGLIGIBLE * float(spread @ spread),
        # one that never moves has no spread either, but for rounding
        NEGLIGIBLE**2 * float(regressor @ regressor),
    ):
        return None
    outcome = _left_over(np.array([row[3] for row in rows]), effects)
    slope = float(own @ outcome) / variation
    scores = own * (outcome - slope * own)
    of_unit = np.array([row[0] for row in rows])
    squares = sum(float(scores[of_unit == unit].sum()) ** 2 for unit in units)
    correction = (
        len(units) / (len(units) - 1) * (len(rows) - 1) / (len(rows) - parameters)
    )
    return Fit(
        slope=slope,
        standard_error=sqrt(correction * squares) / variation,
        units=len(units),
        periods=len(periods),
        observations=len(rows),
    )


def _left_over(
    values: NDArray[np.float64], effects: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What the effects do not explain."""
    explained, *_ = np.linalg.lstsq(effects, values, rcond=None)
    return values - effects @ explained
