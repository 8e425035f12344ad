"""Rates with their intervals by pandas, numpy and scipy, to hold the marts against.

Every unit is kept apart where the marts use sums, and residuals, quantiles and roots
are found by other means. Which units make up a rate is the business of the tests.
"""

from collections.abc import Callable

import duckdb
import numpy
import pandas
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

INTERVAL = ["numerator", "denominator", "estimate", "ci_low", "ci_high", "n_effective"]

Marts = duckdb.DuckDBPyConnection
Frame = pandas.DataFrame
Array = numpy.ndarray
Interval = Callable[[Array, Array], tuple[float, float]]


def frame(marts: Marts, query: str) -> Frame:
    """Rows of a query, their months and dates as instants."""
    result = marts.execute(query)
    rows = Frame(result.fetchall(), columns=[name for name, *_ in result.description])
    for name in rows.columns[rows.columns.str.endswith(("_month", "_date"))]:
        rows[name] = pandas.to_datetime(rows[name]).astype("datetime64[us]")
    return rows


def months_later(months: pandas.Series, number: int) -> pandas.Series:
    return (months + pandas.DateOffset(months=number)).astype("datetime64[us]")


def with_total(rows: Frame) -> Frame:
    """Every row in its segment, and once more in the total."""
    return pandas.concat([rows, rows.assign(segment_id="all")], ignore_index=True)


def t_quantile(n: int) -> float:
    """Half the width of a 95 % interval over n units, in standard errors."""
    return float(stats.t.ppf(0.975, n - 1) if n < 30 else stats.norm.ppf(0.975))


def linearised(low: float = 0, high: float = numpy.inf) -> Interval:
    """From the residuals of the units, kept within bounds."""

    def interval(y: Array, x: Array) -> tuple[float, float]:
        ratio, n = y.sum() / x.sum(), len(x)
        residuals = y - ratio * x
        if residuals @ residuals <= 1e-12 * (y @ y):
            return numpy.nan, numpy.nan
        error = numpy.sqrt(n / (n - 1) * (residuals @ residuals)) / x.sum()
        half = t_quantile(n) * error
        return max(low, ratio - half), min(high, ratio + half)

    return interval


def wilson_of_equal_units(y: Array, x: Array) -> tuple[float, float]:
    """Of as many trials as the units are worth equal ones (Kish)."""
    size = x.sum() ** 2 / (x @ x)
    ratio = y.sum() / x.sum()
    return proportion_confint(ratio * size, size, method="wilson")


def wilson(y: Array, x: Array) -> tuple[float, float]:
    """The score interval of a share, each unit being 0 or 1."""
    low, high = stats.binomtest(int(y.sum()), len(x)).proportion_ci(0.95, "wilson")
    return low, high


def fieller(y: Array, x: Array) -> tuple[float, float]:
    """The ratios at which the totals differ by just as much as chance allows."""
    t2 = t_quantile(len(x)) ** 2
    width = x.sum() ** 2 - t2 * (x @ x)
    if width <= 0 or not y.any():
        return numpy.nan, numpy.nan
    centre = x.sum() * y.sum() - t2 * (x @ y)
    roots = numpy.roots([width, -2 * centre, y.sum() ** 2 - t2 * (y @ y)]).real
    return max(0.0, min(roots)), max(roots)


def rates(units: Frame, keys: list[str], interval: Interval) -> Frame:
    """A rate for each group of units, which have `y` and `x`."""

    def rate(group: Frame) -> pandas.Series:
        y, x = group["y"].to_numpy(float), group["x"].to_numpy(float)
        is_shown = len(x) >= 10 and x.sum() != 0
        estimate = y.sum() / x.sum() if is_shown else numpy.nan
        low, high = interval(y, x) if is_shown else (numpy.nan, numpy.nan)
        values = [y.sum(), x.sum(), estimate, low, high, len(x)]
        return pandas.Series(values, index=INTERVAL)

    return units.groupby(keys)[["y", "x"]].apply(rate)


def assert_same(marts: Marts, query: str, expected: Frame) -> None:
    """The rows of a query are those expected, by their keys, to nine digits."""
    keys = list(expected.index.names)
    observed = frame(marts, query).set_index(keys)[list(expected.columns)]
    assert expected.iloc[:, -2].notna().sum() > 20
    pandas.testing.assert_frame_equal(
        observed.astype(float).sort_index(),
        expected.astype(float).sort_index(),
        check_index_type=False,
        rtol=1e-9,
        atol=1e-9,
    )
