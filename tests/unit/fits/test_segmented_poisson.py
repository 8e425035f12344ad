"""The regression of an interrupted series, against statsmodels, and its edges."""

import random
from math import exp, inf, log

import numpy as np
import pytest
import statsmodels.api as sm

from pipelines.fits.segmented_poisson import Fit, Impact, Point, design, fit, lags


def series(
    seed: int, before: int, after: int, ratio: float, scatter: float = 0.0
) -> list[Point]:
    """Counts around 40 per 1,000 with a trend, and a step of the rate."""
    draw = random.Random(seed)
    points = []
    for time in range(before + after):
        exposure = 1000 + 10 * time
        rate = 0.04 * exp(0.005 * time + draw.gauss(0, scatter))
        mean = exposure * rate * (ratio if time >= before else 1)
        count = sum(draw.random() < mean / 10_000 for _ in range(10_000))
        points.append(Point(time, count, exposure, time >= before))
    return points


def elsewhere(points: list[Point], impact: Impact) -> Fit:
    """The same by statsmodels."""
    model = sm.GLM(
        [point.count for point in points],
        np.array(design(points, impact)),
        family=sm.families.Poisson(),
        offset=np.log([point.exposure for point in points]),
    )
    plain = model.fit(tol=1e-14, maxiter=200)
    robust = model.fit(
        cov_type="HAC", cov_kwds={"maxlags": lags(len(points))}, tol=1e-14, maxiter=200
    )
    return Fit(
        log_ratio=plain.params[2],
        standard_error=plain.bse[2],
        dispersion=plain.pearson_chi2 / plain.df_resid,
        robust_error=robust.bse[2],
        log_likelihood=0.0,
    )


@pytest.mark.parametrize("impact", ["level", "slope"])
@pytest.mark.parametrize(("seed", "scatter"), [(1, 0.0), (2, 0.3), (3, 0.1)])
def test_statsmodels_finds_the_same(impact: Impact, seed: int, scatter: float) -> None:
    points = series(seed, 20, 15, 0.7, scatter)
    ours, theirs = fit(points, impact), elsewhere(points, impact)
    assert ours is not None
    assert ours.log_ratio == pytest.approx(theirs.log_ratio, abs=1e-9)
    assert ours.standard_error == pytest.approx(theirs.standard_error, rel=1e-8)
    assert ours.dispersion == pytest.approx(theirs.dispersion, rel=1e-8)
    assert ours.robust_error == pytest.approx(theirs.robust_error, rel=1e-7)


def test_a_step_is_recovered_and_more_scatter_widens_what_is_told() -> None:
    calm, wild = (
        fit(series(4, 24, 24, 0.6), "level"),
        fit(series(4, 24, 24, 0.6, 0.4), "level"),
    )
    assert calm is not None
    assert wild is not None
    assert abs(calm.log_ratio - log(0.6)) < 3 * calm.cautious_error
    assert wild.dispersion > 2 > calm.dispersion
    assert wild.cautious_error > 1.4 * wild.standard_error


def test_the_slope_starts_with_the_first_period_after() -> None:
    points = [Point(time, 1, 1, time > 5) for time in range(2, 10) if time != 5]
    assert [row[2] for row in design(points, "slope")] == [0, 0, 0, 1, 2, 3, 4]
    assert [row[2] for row in design(points, "level")] == [0, 0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("impact", ["level", "slope"])
def test_what_has_no_likeliest_change_has_no_fit(impact: Impact) -> None:
    silent = [Point(time, 0, 10, time > 5) for time in range(12)]
    assert fit(silent, impact) is None
    never_after = [
        Point(time, 0 if time > 5 else 4, 10, time > 5) for time in range(12)
    ]
    found = fit(never_after, impact)
    assert found is None or found.cautious_error < inf
    if impact == "level":
        assert found is None


def test_one_side_alone_has_no_fit() -> None:
    assert fit([Point(time, 3, 10, False) for time in range(12)], "level") is None


def test_neighbours_are_counted_by_the_length_of_the_series() -> None:
    assert [lags(points) for points in (4, 25, 59, 100)] == [1, 2, 3, 4]
