"""Coverage: how often published intervals hold the truth, over replicate segments.

One cell per segment and rate. What is promised is promised of cells that may drive a
verdict; the parts of a rate, by weighting and by size, are told and not judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from pipelines.demo.compare import Comparison, compare
from pipelines.demo.truth import Truth

RATES = {
    "second order within 30 days": "sales.sales_repeat_rate__cohort_month",
    "second order within 90 days": "sales.sales_repeat_rate__cohort_month",
    "second order up to day 89": "sales.sales_repeat_curve__segment_day",
    "won within 30 days": "sales.sales_win_rate__cohort_quarter",
    "won within 90 days": "sales.sales_win_rate__cohort_quarter",
    "won within 180 days": "sales.sales_win_rate__cohort_quarter",
    "customers who leave in a month": "sales.sales_churn_rate__month",
    "revenue kept over 1 month": "sales.sales_revenue_retention__month",
    "revenue kept over 3 months": "sales.sales_revenue_retention__month",
    "still paying after 3 months": "fit.fit_survival__segment_month",
    "still paying after 6 months": "fit.fit_survival__segment_month",
    "NPS": "fit.fit_nps__segment_wave",
    "satisfied": "fit.fit_csat__segment_wave",
    "PMF score": "fit.fit_pmf_score__segment_wave",
}
"""The rates that exist so far and have a planted parameter, and their marts."""

OF_SURVEYS = ("NPS", "satisfied", "PMF score", "still paying after 6 months")
"""Rates that are told by size as well."""

SIZES = ((10, 30), (30, 100), (100, 300), (300, 10**9))
"""Denominators, of at least and under; under 30 they are shown and drive nothing."""

WEIGHTINGS = {"none": "as answered", "logo": "post-stratified"}


@dataclass(frozen=True)
class Coverage:
    """How often the intervals of one rate held the truth."""

    rate: str
    cells: int
    covered: int
    mean_denominator: float

    @property
    def share(self) -> float:
        return self.covered / self.cells


def tell_coverage(
    connection: duckdb.DuckDBPyConnection, truth: Truth
) -> list[Coverage]:
    """One row per rate of `RATES` that a mart shows.

    Where the answer decides who answers, scores are facts of kind `context`: no
    interval can be right about them, and the table shows how wrong they are.
    """
    found = [one for one in _comparisons(connection, truth) if one.is_min_n_met]
    rows = (_covered(rate, _cells(found, rate)) for rate in RATES)
    return [row for row in rows if row.cells]


def tell_parts(connection: duckdb.DuckDBPyConnection, truth: Truth) -> list[Coverage]:
    """The scores by weighting, and the rates of `OF_SURVEYS` by size, where there are
    any: 400 segments make parts of too few cells to be judged by."""
    found = _comparisons(connection, truth)
    return [row for row in _parts(found) if row.cells]


def _parts(found: list[Comparison]) -> Iterator[Coverage]:
    for weighting, name in WEIGHTINGS.items():
        cells = [
            cell
            for cell in _cells(found, "PMF score")
            if cell.fact["shows_in"]["where"]["weighting"] == weighting
            and cell.is_min_n_met
        ]
        yield _covered(f"PMF score, {name}", cells)
    for rate in OF_SURVEYS:
        for least, under in SIZES:
            cells = [
                cell
                for cell in _cells(found, rate)
                if least <= cell.denominator < under
            ]
            name = f"{least} to {under - 1}" if under < SIZES[-1][1] else f"{least} on"
            yield _covered(f"{rate}, {name}", cells)


def _comparisons(
    connection: duckdb.DuckDBPyConnection, truth: Truth
) -> list[Comparison]:
    found = compare(connection, truth)
    if truth.document["answers_drive_response"]:
        found += compare(connection, truth, "context")
    return found


def _cells(found: list[Comparison], rate: str) -> list[Comparison]:
    """The last cell of each segment: waves of one segment share their respondents."""
    return list(
        {
            cell.fact["shows_in"]["where"]["segment_id"]: cell
            for cell in found
            if cell.fact["fact"] == rate
            and cell.fact["shows_in"]["mart"] == RATES[rate]
        }.values()
    )


def _covered(rate: str, cells: list[Comparison]) -> Coverage:
    return Coverage(
        rate,
        len(cells),
        sum(cell.is_covered for cell in cells),
        sum(cell.denominator for cell in cells) / max(len(cells), 1),
    )
