"""Coverage: how often published intervals hold the truth, over replicate segments.

One cell per segment and rate, and only cells that may drive a verdict.
"""

from dataclasses import dataclass

import duckdb

from pipelines.demo.compare import Comparison, compare, judged
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
    comparisons = compare(connection, truth)
    if truth.document["answers_drive_response"]:
        comparisons += compare(connection, truth, "context")
    table = []
    for rate, mart in RATES.items():
        cells = [one for one in judged(comparisons, mart) if one.fact["fact"] == rate]
        cells = _one_per_segment(cells)
        if cells:
            table.append(
                Coverage(
                    rate,
                    len(cells),
                    sum(cell.is_covered for cell in cells),
                    sum(cell.denominator for cell in cells) / len(cells),
                )
            )
    return table


def _one_per_segment(cells: list[Comparison]) -> list[Comparison]:
    """The last cell of each segment: waves of one segment share their respondents."""
    last: dict[str, Comparison] = {}
    for cell in cells:
        last[cell.fact["shows_in"]["where"]["segment_id"]] = cell
    return list(last.values())
