"""Shares won and lost by each day, against lifelines and plain proportions.

Lifelines breaks ties by a random jitter, so it is given days on which nothing is tied:
won in the morning, lost at noon, no longer followed in the evening. That also keeps
wins of the first day from time 0, at which it counts nothing.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import pytest
from lifelines import AalenJohansenFitter

from pipelines.demo.world import DEMO_AS_OF

if TYPE_CHECKING:
    import duckdb

pytestmark = pytest.mark.slow

TIME_OF_DAY = {"won": 0.25, "lost": 0.5, "open": 0.75}
CAUSES = {"open": 0, "won": 1, "lost": 2}
LAST_DAY = 365
CURVES = "select day_number, won_rate, lost_rate, open_rate, won_error"
FOLLOWED = (
    f"select coalesce(cycle_days, date '{DEMO_AS_OF}' - created_date - 1), outcome"
    " from sales.fct_opportunities"
    " where is_counted and (outcome = 'open' or cycle_days is not null)"
    " and created_date is not null"
)


class Curve(NamedTuple):
    """One curve of the warehouse, as `days`, and the deals that it is of."""

    days: list[tuple[int, float, float, float, float]]
    deals: list[tuple[int, str]]


def curves(
    marts: duckdb.DuckDBPyConnection, condition: str
) -> dict[tuple[str, str, str], Curve]:
    """The curves that a condition picks, by segment, opportunity type and cohort."""
    names = marts.execute(
        "select segment_id, opportunity_type, cohort_label, cohort_quarter"
        f" from intermediate.int_opportunity_outcomes_cumulated where {condition}"
        " group by all order by all"
    ).fetchall()
    found = {}
    for segment, kind, label, quarter in names:
        days = marts.execute(
            f"{CURVES} from intermediate.int_opportunity_outcomes_cumulated"
            " where segment_id = ? and opportunity_type = ? and cohort_label = ?"
            " order by day_number",
            [segment, kind, label],
        ).fetchall()
        deals = marts.execute(
            f"{FOLLOWED} and ? in ('all', segment_id)"
            " and ? in ('all', opportunity_type)"
            " and (? is null or date_trunc('quarter', created_date) = ?)",
            [segment, kind, quarter, quarter],
        ).fetchall()
        found[segment, kind, label] = Curve(days, deals)
    return found


def fitted(deals: list[tuple[int, str]], cause: str) -> AalenJohansenFitter:
    """What lifelines makes of untied days."""
    return AalenJohansenFitter(calculate_variance=len(deals) < 300).fit(
        [day + TIME_OF_DAY[outcome] for day, outcome in deals],
        [CAUSES[outcome] for _, outcome in deals],
        event_of_interest=CAUSES[cause],
    )


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(
            "cohort_label = 'all' and opportunity_type = 'new'", id="segments"
        ),
        pytest.param(
            "segment_id = 'physio_clinics' and opportunity_type = 'new'", id="quarters"
        ),
        pytest.param("segment_id = 'all' and cohort_label = 'all'", id="types"),
    ],
)
def test_shares_equal_those_of_lifelines(
    condition: str, marts: duckdb.DuckDBPyConnection
) -> None:
    found = curves(marts, condition)
    assert len(found) >= 4
    for name, curve in found.items():
        for column, cause in ((1, "won"), (2, "lost")):
            density = fitted(curve.deals, cause).cumulative_density_.iloc[:, 0]
            for day in curve.days:
                theirs = density[density.index < day[0] + 1].iloc[-1]
                assert day[column] == pytest.approx(theirs, abs=1e-9), (name, day[0])
        last = curve.days[-1]
        assert last[0] == LAST_DAY
        assert last[1] + last[2] + last[3] == pytest.approx(1, abs=1e-9)


def test_errors_equal_those_of_lifelines(marts: duckdb.DuckDBPyConnection) -> None:
    small = {
        name: curve
        for name, curve in curves(
            marts, "cohort_label <> 'all' and opportunity_type = 'new'"
        ).items()
        if 30 <= len(curve.deals) < 120
    }
    assert len(small) >= 10
    for name, curve in list(small.items())[:10]:
        variance = fitted(curve.deals, "won").variance_
        for day in curve.days:
            theirs = variance[variance.index < day[0] + 1].iloc[-1]
            assert day[4] ** 2 == pytest.approx(theirs, abs=1e-9), (name, day[0])


def test_without_censoring_the_share_is_a_plain_proportion(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """A year and a day after the last deal of a quarter everybody was followed."""
    rows = marts.execute(
        "select numerator::bigint, denominator::bigint, lost_count, estimate,"
        " lost_rate, n_effective from sales.sales_win_rate__cohort_quarter"
        " where is_horizon_over and estimate is not null"
    ).fetchall()
    assert len(rows) >= 100
    for won, created, lost, estimate, lost_rate, sample in rows:
        assert estimate == pytest.approx(float(Fraction(won, created)), abs=1e-9)
        assert lost_rate == pytest.approx(float(Fraction(lost, created)), abs=1e-9)
        assert sample == pytest.approx(created, abs=1e-5)
