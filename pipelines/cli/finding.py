"""One finding for the end of a run, read from the publication that readers see.

The totals of the metrics, with their intervals; what they mean is said in the marts.
"""

from dataclasses import dataclass

import duckdb

from pipelines.project import Home
from pipelines.publishing.verify import READ_ONLY_CONFIG

QUERIES = (
    (
        "Net Promoter Score, newest wave",
        "select estimate, ci_low, ci_high, answered, '' as unit, is_min_n_met "
        "from fit.fit_nps__segment_wave where segment_id = 'all' and answered > 0 "
        "order by is_complete desc, wave_id desc, survey_id limit 1",
    ),
    (
        "Customers who ordered again",
        "select 100 * estimate, 100 * ci_low, 100 * ci_high, customer_count, "
        "' %' as unit, is_min_n_met "
        "from sales.sales_repeat_rate__cohort_month "
        "where segment_id = 'all' and cohort_label = 'all' and customer_count > 0 "
        "order by window_days desc nulls first limit 1",
    ),
    (
        "Deals won, of those closed",
        "select 100 * estimate, 100 * ci_low, 100 * ci_high, closed_count, "
        "' %' as unit, is_min_n_met from sales.sales_win_rate__month "
        "where segment_id = 'all' and period_label = 'all' "
        "and opportunity_type = 'all' and measure = 'count' and closed_count > 0 "
        "limit 1",
    ),
)


@dataclass(frozen=True)
class Finding:
    """One metric of the whole company.

    Args:
        sample: How many answers, customers or deals it rests on.
    """

    name: str
    estimate: str
    interval: str
    sample: int


def read_findings(home: Home) -> list[Finding]:
    """The totals that the publication has; none for metrics without data."""
    with duckdb.connect(
        str(home.current), read_only=True, config=READ_ONLY_CONFIG
    ) as connection:
        found = [
            (name, connection.execute(query).fetchone()) for name, query in QUERIES
        ]
    return [_finding(name, *row) for name, row in found if row is not None]


def _finding(
    name: str,
    estimate: float | None,
    low: float | None,
    high: float | None,
    sample: int,
    unit: str,
    is_min_n_met: bool,
) -> Finding:
    if estimate is None or low is None or high is None:
        return Finding(name, "too few to say", "", sample)
    caution = "" if is_min_n_met else " (few)"
    return Finding(
        name, f"{estimate:.1f}{unit}", f"{low:.1f} to {high:.1f}{caution}", sample
    )
