"""Retention of the demo company's customers, counted once more from sets of customers.

The marts count by cohort and age in SQL; here every customer is a set of months.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from pipelines.demo.world import DEMO_AS_OF

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

pytestmark = pytest.mark.slow

LAST = DEMO_AS_OF.year * 12 + DEMO_AS_OF.month - 2
"""The last complete month, months being counted from the year 0."""
MONTH = "year({0}) * 12 + month({0}) - 1"
BORN = (
    f"select customer_key, {MONTH.format('min(counts_from_date)')}"
    " from intermediate.int_subscription_items_judged"
    " where is_counted and counts_from_date < counts_until_date group by 1"
)
PAYING = (
    f"select customer_key, {MONTH.format('mrr_month')}"
    " from sales.fct_mrr_customer_month where is_active"
)
USED = (
    f"select distinct customer_key, {MONTH.format('usage_date')}"
    " from intermediate.int_customer_usage_days"
)

Months = dict[str, set[int]]


def months_of(marts: duckdb.DuckDBPyConnection, query: str) -> Months:
    found: Months = defaultdict(set)
    for customer, month in marts.execute(query).fetchall():
        found[customer].add(month)
    return found


@pytest.fixture(scope="module")
def born(marts: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The first month of every customer that began in a complete month."""
    rows = marts.execute(BORN).fetchall()
    return {customer: month for customer, month in rows if month <= LAST}


@pytest.fixture(scope="module")
def paying(marts: duckdb.DuckDBPyConnection) -> Months:
    """Complete months at whose end a customer paid."""
    found = months_of(marts, PAYING)
    return {
        customer: {month for month in months if month <= LAST}
        for customer, months in found.items()
    }


def counted(
    cohort: Mapping[str, int], paying: Mapping[str, set[int]], age: int
) -> tuple[int, int, int]:
    """Customers that reached an age, active at it, and active at it or later."""
    reached = {name: born + age for name, born in cohort.items() if born + age <= LAST}
    active = sum(month in paying.get(name, ()) for name, month in reached.items())
    later = sum(max(paying.get(name, {0})) >= month for name, month in reached.items())
    return len(reached), active, later


def test_cells_of_cohorts_are_counted_alike(
    born: dict[str, int], paying: Months, marts: duckdb.DuckDBPyConnection
) -> None:
    """Each cohort, and all of them pooled: each customer counts once."""
    cohorts: dict[str, dict[str, int]] = defaultdict(dict)
    for customer, month in born.items():
        cohorts[f"{month // 12}-{month % 12 + 1:02}"][customer] = month
        cohorts["all"][customer] = month
    rows = marts.execute(
        "select cohort_label, age_months, denominator::bigint, numerator::bigint,"
        " active_or_later_count from fit.fit_logo_retention__cohort_month"
        " where segment_id = 'all' and activity_basis = 'contract'"
    ).fetchall()
    assert len(rows) > 600
    assert {cohort for cohort, *_ in rows} == set(cohorts)
    for cohort, age, *ours in rows:
        assert tuple(ours) == counted(cohorts[cohort], paying, age), (cohort, age)


def test_who_is_gone_between_six_and_nine_months_is_counted_alike(
    born: dict[str, int], paying: Months, marts: duckdb.DuckDBPyConnection
) -> None:
    at_six = [
        name
        for name, month in born.items()
        if month + 9 <= LAST and month + 6 in paying.get(name, ())
    ]
    gone = sum(born[name] + 9 not in paying[name] for name in at_six)
    assert gone > 10
    assert marts.execute(
        "select numerator, denominator from fit.fit_retention_plateau__segment"
        " where segment_id = 'all' and activity_basis = 'contract'"
    ).fetchall() == [(gone, len(at_six))]


def test_loyal_segments_flatten_and_no_disloyal_one_does(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Hazards of 1.5 and 1.2 % a month at those ages, against 5 and 4 %."""
    plateaus = dict(
        marts.execute(
            "select segment_id, plateau from fit.fit_retention_plateau__segment"
            " where activity_basis = 'contract'"
        ).fetchall()
    )
    assert plateaus["physio_clinics"] == plateaus["dental_practices"] == "flat"
    assert plateaus["vet_hospitals"] == "undetermined"
    for segment in ("beauty_salons", "driving_schools"):
        assert plateaus[segment] in {"not_flat", "undetermined"}


def test_users_come_and_go_as_their_months_say(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    used = months_of(marts, USED)
    active: dict[int, set[str]] = defaultdict(set)
    for customer, months in used.items():
        for month in months:
            active[month].add(customer)
    rows = marts.execute(
        f"select {MONTH.format('growth_month')}, active_count, opening_count,"
        " new_count, retained_count, resurrected_count, lost_count"
        " from fit.fit_user_growth__month where segment_id = 'all'"
    ).fetchall()
    assert len(rows) == len(active) > 24
    first = min(active)
    for month, *ours in rows:
        here, before = active[month], active[month - 1] if month > first else set()
        older = {name for name in here if min(used[name]) < month}
        is_first = month == first
        assert ours == [
            len(here),
            len(here) * is_first,
            len(here - older) * (not is_first),
            len(here & before),
            len(older - before),
            len(before - here),
        ], month
