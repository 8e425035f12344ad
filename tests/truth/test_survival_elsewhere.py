"""Survival curves of the demo company, and log-rank tests of them, against lifelines.

Lifelines gets one row per customer, read off the months of recurring revenue by a loop
of our own; the marts count by age.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import pytest
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from statsmodels.stats.multitest import multipletests

from pipelines.demo.world import DEMO_AS_OF

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

pytestmark = pytest.mark.slow

CURVES = (
    "select segment_id, contract_type, age, estimate, ci_low, ci_high, restricted_mean,"
    " median_age, at_risk_count from fit.fit_survival__segment_month"
    " where survival_basis = 'month' order by age"
)


class Life(NamedTuple):
    """A customer, from its first month with revenue to its first month end without."""

    segment: str
    contract: str
    months: int
    has_churned: bool


def months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


@pytest.fixture(scope="module")
def lives(marts: duckdb.DuckDBPyConnection) -> list[Life]:
    rows = marts.execute(
        "select customer_key, cohort_segment_id, contract_type, mrr_month, mrr_amount"
        " from sales.fct_mrr_customer_month where cohort_label <> 'opening'"
        " order by customer_key, mrr_month"
    ).fetchall()
    last_month = date(DEMO_AS_OF.year - 1, 12, 1)
    born: dict[str, tuple[str, str, date]] = {}
    ended: dict[str, date] = {}
    for customer, segment, contract, month, amount in rows:
        born.setdefault(customer, (segment, contract, month))
        if amount == 0:
            ended.setdefault(customer, month)
    return [
        Life(
            segment,
            contract,
            months_between(first, ended.get(customer, last_month)),
            customer in ended,
        )
        for customer, (segment, contract, first) in born.items()
    ]


def columns(lives: Iterable[Life]) -> tuple[list[int], list[bool]]:
    """Months, and whether they ended with a churn."""
    followed = list(lives)
    return [life.months for life in followed], [life.has_churned for life in followed]


def fitted(lives: Iterable[Life]) -> KaplanMeierFitter:
    return KaplanMeierFitter().fit(*columns(lives))


def test_curves_equal_those_of_lifelines(
    lives: list[Life], marts: duckdb.DuckDBPyConnection
) -> None:
    assert DEMO_AS_OF.month == 1, "the last complete month is December"
    rows = marts.execute(CURVES).fetchall()
    compared = 0
    for segment, contract in {row[:2] for row in rows}:
        theirs = fitted(
            life
            for life in lives
            if segment in ("all", life.segment) and contract in ("all", life.contract)
        )
        bounds = theirs.confidence_interval_
        for row in rows:
            _, _, age, estimate, low, high, mean, median, at_risk = row
            if row[:2] != (segment, contract) or estimate is None:
                continue
            compared += 1
            assert estimate == pytest.approx(theirs.predict(age), abs=1e-9)
            assert at_risk == theirs.event_table.at_risk.get(age, at_risk)
            if 0 < estimate < 1:
                theirs_low, theirs_high = bounds[bounds.index <= age].iloc[-1]
                assert low == pytest.approx(theirs_low, abs=1e-9)
                assert high == pytest.approx(theirs_high, abs=1e-9)
            area = sum(theirs.predict(month) for month in range(age))
            assert mean == pytest.approx(area, abs=1e-9)
            if median is not None:
                assert median == theirs.median_survival_time_
    assert compared > 200


def test_log_rank_tests_equal_those_of_lifelines(
    lives: list[Life], marts: duckdb.DuckDBPyConnection
) -> None:
    rows = marts.execute(
        "select segment_id, event_count, chi_square, p_value"
        " from fit.fit_survival_comparison__segment where contract_type = 'all'"
        " and survival_basis = 'month' and p_value is not null"
    ).fetchall()
    assert len(rows) >= 4
    for segment, events, chi_square, p_value in rows:
        months, churned = columns(life for life in lives if life.segment == segment)
        others, others_churned = columns(x for x in lives if x.segment != segment)
        theirs = logrank_test(months, others, churned, others_churned)
        assert events == sum(churned)
        assert chi_square == pytest.approx(theirs.test_statistic, rel=1e-9)
        assert p_value == pytest.approx(theirs.p_value, rel=1e-9, abs=1e-12)


def test_adjusted_p_equals_that_of_statsmodels(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    rows = marts.execute(
        "select contract_type || survival_basis, p_value, adjusted_p_value,"
        " comparison_count from fit.fit_survival_comparison__segment"
        " where p_value is not null"
    ).fetchall()
    families = {row[0] for row in rows}
    assert len(families) >= 3
    for family in families:
        _, raw, adjusted, counts = zip(
            *(row for row in rows if row[0] == family), strict=True
        )
        assert set(counts) == {len(raw)}
        theirs = multipletests(raw, method="holm")[1]
        assert adjusted == pytest.approx(theirs, rel=1e-12)
