"""Proportions, counts and curves of orders in the marts, against statsmodels, scipy and
lifelines: every published interval of the demo company to 1e-9."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy
import pytest
from lifelines import KaplanMeierFitter
from scipy.stats import beta, chi2
from statsmodels.stats.proportion import proportion_confint

from pipelines.demo.world import DEMO_AS_OF

if TYPE_CHECKING:
    import duckdb

pytestmark = pytest.mark.slow

RELATIONS = """
    select table_schema || '.' || table_name
    from information_schema.columns
    where column_name in ('ci_method', 'numerator') and table_schema in ('sales', 'fit')
    group by all
    having count(*) = 2
    order by all
"""
PROPORTIONS_OF = {
    "sales.sales_win_rate__month",
    "sales.sales_stage_conversion__quarter",
    "sales.sales_lost_reasons__quarter",
    "sales.sales_churn_rate__month",
    "sales.sales_repeat_rate__cohort_month",
    "sales.sales_channel_share__month",
}
"""Marts that must have intervals of plain proportions."""
FIRST_ORDERS = """
    select segment_id, coalesce(second_order_date, $as_of::date - 1) - first_order_date,
        second_order_date is not null
    from intermediate.int_customers_first_ordered
"""


def intervals(
    marts: duckdb.DuckDBPyConnection, method: str, condition: str = "true"
) -> dict[str, numpy.ndarray]:
    """Numerator, denominator, estimate and bounds, by mart that uses a method."""
    found = {}
    for (mart,) in marts.execute(RELATIONS).fetchall():
        rows = marts.execute(
            "select numerator, denominator, estimate, ci_low, ci_high"
            f" from {mart} where ci_method = ? and estimate is not null"
            f" and {condition}",
            [method],
        ).fetchall()
        if rows:
            found[mart] = numpy.array(rows, dtype=float).T
    return found


def assert_equal(ours: numpy.ndarray, theirs: numpy.ndarray, mart: str) -> None:
    assert numpy.allclose(ours, theirs, rtol=0, atol=1e-9), (
        mart,
        numpy.abs(ours - theirs).max(),
    )


def test_proportions_equal_those_of_statsmodels(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Of plain counts; a sample smaller than its count is clustered or weighted."""
    found = intervals(marts, "wilson", "n_effective = denominator")
    assert set(found) >= PROPORTIONS_OF
    for mart, (count, whole, estimate, low, high) in found.items():
        theirs_low, theirs_high = proportion_confint(count, whole, method="wilson")
        assert_equal(estimate, count / whole, mart)
        assert_equal(low, theirs_low, mart)
        assert_equal(high, theirs_high, mart)
    assert sum(len(rows[0]) for rows in found.values()) > 2000


def test_bounds_of_costs_equal_those_of_exact_counts(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Spend is fixed and customers are a count: many customers make a low cost."""
    found = intervals(marts, "poisson_exact")
    assert set(found) == {"sales.sales_acquisition_cost__month"}
    for mart, (spend, customers, estimate, low, high) in found.items():
        fewest = chi2.ppf(0.025, 2 * customers) / 2
        most = chi2.ppf(0.975, 2 * customers + 2) / 2
        scale = numpy.maximum(spend, 1)
        assert_equal(estimate / scale, spend / customers / scale, mart)
        assert_equal(low / scale, spend / most / scale, mart)
        assert_equal(high / scale, spend / fewest / scale, mart)


def test_curves_of_second_orders_equal_those_of_lifelines(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    customers = marts.execute(FIRST_ORDERS, {"as_of": DEMO_AS_OF}).fetchall()
    compared = 0
    for segment in {row[0] for row in customers}:
        days, has_returned = zip(
            *(row[1:] for row in customers if row[0] == segment), strict=True
        )
        theirs = KaplanMeierFitter().fit(days, has_returned)
        bounds = theirs.confidence_interval_
        for day, estimate, low, high in marts.execute(
            "select age_days, estimate, ci_low, ci_high"
            " from sales.sales_repeat_curve__segment_day where segment_id = ?"
            " and estimate is not null",
            [segment],
        ).fetchall():
            assert estimate == pytest.approx(1 - theirs.predict(day), abs=1e-9)
            if 0 < estimate < 1:
                theirs_low, theirs_high = bounds[bounds.index <= day].iloc[-1]
                assert (low, high) == pytest.approx(
                    (1 - theirs_high, 1 - theirs_low), abs=1e-9
                )
            compared += 1
    assert compared > 1000


def test_growth_of_customers_has_the_exact_interval_of_scipy(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Clopper and Pearson's share of two counts that were divided by their dispersion,
    as a ratio by day; to 1e-6 of the bound, where counts under 1/2 are left."""
    rows = marts.execute(
        "select numerator, denominator, dispersion, day_count, compared_day_count,"
        " estimate, ci_low, ci_high from sales.sales_customer_growth__month"
        " where estimate is not null and numerator > 0"
    ).fetchall()
    assert len(rows) > 200
    assert any(row[2] > 1 for row in rows)
    now, before, dispersion, days, days_before, estimate, low, high = numpy.array(
        rows, dtype=float
    ).T
    exposure = days_before / days
    now, before = now / dispersion, before / dispersion
    share_low = beta.ppf(0.025, now, before + 1)
    share_high = beta.ppf(0.975, now + 1, before)
    assert numpy.allclose(estimate, now / before * exposure, rtol=1e-12)
    assert numpy.allclose(low, share_low / (1 - share_low) * exposure, rtol=1e-6)
    assert numpy.allclose(high, share_high / (1 - share_high) * exposure, rtol=1e-6)
