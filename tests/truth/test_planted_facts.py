"""What was planted is what a reader finds: one test per fact that a mart can show.

A 95 % interval misses one time in twenty. So a family of cells may miss as often as
chance allows (99.9 %), and no cell may lie farther off than 99.99 % of all do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from scipy.stats import binom, binomtest

from pipelines.demo.companies import company_world
from pipelines.demo.compare import Comparison, compare, judged, marts_of

if TYPE_CHECKING:
    import duckdb

    from pipelines.demo.rehearse import Rehearsal

pytestmark = pytest.mark.slow

FARTHEST = 2.0
"""In half intervals: 3.9 standard errors."""
WIN_RATE = "sales.sales_win_rate__month"
WON_BY = "sales.sales_win_rate__cohort_quarter"
REPEAT_RATE = "sales.sales_repeat_rate__cohort_month"
NPS = "fit.fit_nps__segment_wave"


def assert_recovered(cells: list[Comparison], *, at_least: int) -> None:
    assert len(cells) >= at_least, "the mart shows fewer planted facts than expected"
    missed = [cell for cell in cells if not cell.is_covered]
    allowed = int(binom.ppf(0.999, len(cells), 0.05))
    assert len(missed) <= allowed, [cell.label for cell in missed]
    far = [cell.label for cell in cells if cell.distance > FARTHEST]
    assert not far


def won_by(
    days: int, company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> list[Comparison]:
    """Shares won within so many days, beside what was planted."""
    return [
        cell
        for cell in judged(compare(marts, company.truth), WON_BY)
        if cell.fact["shows_in"]["where"]["horizon_days"] == days
    ]


def beside(
    cell: Comparison, marts: duckdb.DuckDBPyConnection, columns: str
) -> tuple[Any, ...]:
    """Other columns of the row that shows a fact."""
    shown = cell.fact["shows_in"]
    conditions = " and ".join(f"{column} = ?" for column in shown["where"])
    [row] = marts.execute(
        f"select {columns} from {shown['mart']} where {conditions}",
        list(shown["where"].values()),
    ).fetchall()
    return row


@pytest.mark.parametrize("days", [30, 90, 180, 365])
def test_repeat_rates_are_recovered(
    days: int, company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    cells = [
        cell
        for cell in judged(compare(marts, company.truth), REPEAT_RATE)
        if cell.fact["shows_in"]["where"]["window_label"] == f"{days}d"
    ]
    assert_recovered(cells, at_least=5)


def test_nps_is_recovered_where_response_is_unbiased(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    cells = judged(compare(marts, company.truth), NPS)
    assert all(cell.fact["is_response_unbiased"] for cell in cells)
    assert_recovered(cells, at_least=12)


def test_raw_nps_is_off_where_the_satisfied_answer_more(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    """The raw score follows the respondents, not the customers."""
    cells = [
        cell
        for cell in judged(compare(marts, company.truth, "context"), NPS)
        if cell.fact["shows_in"]["where"]["segment_id"] == "beauty_salons"
    ]
    assert cells
    assert all(cell.estimate > cell.value for cell in cells)
    assert any(not cell.is_covered for cell in cells)


def test_a_segment_too_small_to_judge_is_never_judged(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    rows = marts.execute(
        f"select answered, is_min_n_met from {NPS} where segment_id = 'vet_hospitals'"
    ).fetchall()
    assert rows
    assert not any(is_met for _, is_met in rows)


def test_closed_rate_misleads_by_more_than_its_interval(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    (cell,) = judged(compare(marts, company.truth, "outside"), WIN_RATE)
    assert cell.fact["shows_in"]["where"]["segment_id"] == "physio_clinics"
    assert not cell.is_covered
    assert cell.estimate > cell.value


def test_closed_rates_are_off_by_as_much_as_arithmetic_says(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    """What misleads is the waiting for losses, and nothing else."""
    cells = [
        replace(cell, value=cell.fact["expected"])
        for kind in ("outside", "context")
        for cell in judged(compare(marts, company.truth, kind), WIN_RATE)
    ]
    assert_recovered(cells, at_least=5)


@pytest.mark.parametrize("days", [30, 90, 180, 365])
def test_shares_won_by_a_day_are_recovered(
    days: int, company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    assert_recovered(won_by(days, company, marts), at_least=4)


@pytest.mark.parametrize("days", [30, 90, 180, 365])
def test_shares_lost_by_a_day_are_recovered(
    days: int, company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    """Without an interval of their own: within 3.9 standard errors."""
    for cell in won_by(days, company, marts):
        lost = cell.fact["lost"]
        rate, sample = beside(cell, marts, "lost_rate, n_effective")
        assert abs(rate - lost) < 3.9 * (lost * (1 - lost) / sample) ** 0.5, cell.label


@pytest.mark.parametrize("days", [90, 180])
def test_closed_rate_of_the_same_deals_misleads_where_the_share_won_does_not(
    days: int, company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    cells = [c for c in won_by(days, company, marts) if c.denominator >= 200]
    assert len(cells) >= 4
    for cell in cells:
        won, lost, closed_rate = beside(
            cell, marts, "numerator::bigint, lost_count, closed_rate"
        )
        assert closed_rate == won / (won + lost) > cell.value
        interval = binomtest(won, won + lost).proportion_ci(method="wilson")
        assert interval.low > cell.value, cell.label


def test_closed_rate_of_the_first_year_misleads_most(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Losses are slow, so that early on hardly anything but wins has closed."""
    rows = marts.execute(
        f"select extract('year' from period_start), sum(numerator) / sum(denominator)"
        f" from {WIN_RATE} where segment_id = 'all' and opportunity_type = 'new'"
        " and measure = 'count' and period_label <> 'all' and is_complete"
        " group by all order by all"
    ).fetchall()
    first, *_, last = (rate for _, rate in rows)
    assert first > 1.3 * last


def test_every_named_mart_of_this_slice_exists(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    assert marts_of(marts) >= {WIN_RATE, WON_BY, REPEAT_RATE, NPS}


def test_every_segment_of_the_company_has_its_facts(company: Rehearsal) -> None:
    names = {segment.name for segment in company_world(1, 1.0, 36).segments}
    shown = {
        fact["shows_in"]["where"].get("segment_id") for fact in company.truth.facts
    }
    assert names <= shown
