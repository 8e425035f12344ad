"""The slope of a panel, against statsmodels and against slopes that are known."""

import random

import numpy as np
import pytest
import statsmodels.api as sm

from pipelines.fits.two_way_panel import Observation, fit


def panel_of(
    units: int, periods: int, slope: float, noise: float, seed: int = 1
) -> list[Observation]:
    """Units and periods with effects that hide the slope from a plain regression."""
    draw = random.Random(seed)
    of_unit = [draw.gauss(0, 3) for _ in range(units)]
    of_period = [draw.gauss(0, 2) for _ in range(periods)]
    rows = []
    for unit in range(units):
        for period in range(periods):
            score = draw.gauss(0, 1) - of_unit[unit] + of_period[period]
            outcome = of_unit[unit] + of_period[period] + slope * score
            outcome += noise * draw.gauss(0, 1)
            rows.append((f"unit {unit}", f"period {period:02d}", score, outcome))
    return rows


@pytest.mark.parametrize("kept", [72, 61], ids=["balanced", "with gaps"])
@pytest.mark.parametrize("slope", [0.5, 0.0, -2.0])
def test_slope_and_error_are_those_of_statsmodels(slope: float, kept: int) -> None:
    rows = random.Random(5).sample(panel_of(9, 8, slope, noise=1.0), kept)
    units = sorted({row[0] for row in rows})
    periods = sorted({row[1] for row in rows})
    design = np.array(
        [
            [row[2]]
            + [float(row[0] == unit) for unit in units]
            + [float(row[1] == period) for period in periods[1:]]
            for row in rows
        ]
    )
    groups = np.array([units.index(row[0]) for row in rows])
    theirs = sm.OLS(np.array([row[3] for row in rows]), design).fit(
        cov_type="cluster", cov_kwds={"groups": groups}
    )
    ours = fit(rows)
    assert ours is not None
    assert ours.slope == pytest.approx(theirs.params[0], abs=1e-9)
    assert ours.standard_error == pytest.approx(theirs.bse[0], abs=1e-9)
    assert (ours.units, ours.periods, ours.observations) == (9, 8, kept)
    assert ours.degrees_of_freedom == 8


def test_a_slope_without_noise_is_found_exactly() -> None:
    found = fit(panel_of(8, 6, 0.7, noise=0.0))
    assert found is not None
    assert found.slope == pytest.approx(0.7, abs=1e-9)
    assert found.standard_error == pytest.approx(0, abs=1e-9)


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = panel_of(8, 6, 0.7, noise=1.0)
    assert fit(rows) == fit(rows[::-1])


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([], id="nothing"),
        pytest.param(panel_of(1, 9, 1.0, noise=1.0), id="one unit"),
        pytest.param(panel_of(9, 1, 1.0, noise=1.0), id="one period"),
        pytest.param(panel_of(2, 2, 1.0, noise=1.0), id="no freedom"),
        pytest.param(
            [(u, p, float(len(u)), 1.0) for u in ("a", "bb", "ccc") for p in "pqr"],
            id="a regressor that never moves",
        ),
        pytest.param(
            [(u, p, ord(p) / 7, float(len(u))) for u in ("a", "bb") for p in "pqrst"],
            id="a regressor that moves alike everywhere",
        ),
    ],
)
def test_without_variation_or_freedom_there_is_no_slope(
    rows: list[Observation],
) -> None:
    assert fit(rows) is None


def test_intervals_hold_the_slope_as_often_as_they_say() -> None:
    """Of 2,000 panels without a slope about one in twenty shows one."""
    beyond = 0
    for seed in range(2_000):
        found = fit(panel_of(10, 6, 0.0, noise=1.0, seed=seed))
        assert found is not None
        beyond += abs(found.slope / found.standard_error) > 2.2621571627982
    # clusters are few: the rule errs a little more often than its level
    assert 0.035 < beyond / 2_000 < 0.085
