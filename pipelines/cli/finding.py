"""Three findings for the end of a run, read from the publication that readers see.

Of each metric the segment that stands out most from the whole company, if one does for
certain: its interval and that of the whole do not overlap. The first three metrics that
there is data for are told, of another segment each where that is possible. What they
mean is said in the marts.
"""

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from pipelines.project import Home
from pipelines.publishing.verify import READ_ONLY_CONFIG

WHOLE = "all"
UNKNOWN = "unknown"
"""Not a target market: standing out says something about the data only."""


@dataclass(frozen=True)
class Metric:
    """A metric that has one row per segment.

    Args:
        query: Yields segment, estimate, low, high, sample and whether that is enough.
        factor: What turns the estimate into `unit`.
        digits: How many stand after the point.
    """

    name: str
    query: str
    factor: float = 1.0
    unit: str = ""
    digits: int = 1


MOST = 3
"""How many findings a run ends with."""

METRICS = (
    Metric(
        "Would be very disappointed without (PMF score, weighted)",
        "select segment_id, estimate, ci_low, ci_high, denominator, is_min_n_met "
        "from verdicts.verdict_fit_by_segment "
        "where is_current and fit_basis = 'pmf' and denominator > 0",
        factor=100,
        unit=" %",
    ),
    Metric(
        "New customers, three months over the three before",
        "select segment_id, rate_ratio, rate_ratio_low, rate_ratio_high, "
        "customer_count + compared_customer_count, "
        "customer_count + compared_customer_count >= 30 "
        "from verdicts.verdict_fit_sales_quadrant "
        "where is_current and customer_count + compared_customer_count > 0",
        digits=2,
        unit=" times",
    ),
    Metric(
        "Deals won, of those closed",
        "select segment_id, estimate, ci_low, ci_high, closed_count, is_min_n_met "
        "from sales.sales_win_rate__month where period_label = 'all' "
        "and opportunity_type = 'all' and measure = 'count' and closed_count > 0",
        factor=100,
        unit=" %",
    ),
    Metric(
        "Net Promoter Score, newest wave",
        "select segment_id, estimate, ci_low, ci_high, answered, is_min_n_met "
        "from fit.fit_nps__segment_wave where answered > 0 "
        "qualify dense_rank() over ("
        "order by is_complete desc, wave_id desc, survey_id, question_family) = 1",
    ),
    Metric(
        "Ordered again within 90 days",
        "select segment_id, estimate, ci_low, ci_high, denominator, is_min_n_met "
        "from sales.sales_repeat_rate__cohort_month "
        "where cohort_label = 'all' and window_label = '90d' and denominator > 0",
        factor=100,
        unit=" %",
    ),
)


@dataclass(frozen=True)
class Cell:
    """One row of a metric; estimate and interval are None where it is suppressed."""

    segment: str
    estimate: float | None
    low: float | None
    high: float | None
    sample: int
    is_min_n_met: bool


@dataclass(frozen=True)
class Finding:
    """What one metric has to say.

    Args:
        who: The segment that stands out, or the whole company.
        whole: The estimate of the whole company, where a segment stands out from it.
        sample: How many answers, customers or deals it rests on.
    """

    name: str
    who: str
    estimate: str
    interval: str
    sample: int
    whole: str


def read_findings(home: Home) -> list[Finding]:
    """A finding of each of the first metrics that the publication has data for."""
    found: list[Finding] = []
    with duckdb.connect(
        str(home.current), read_only=True, config=READ_ONLY_CONFIG
    ) as connection:
        for metric in METRICS:
            cells = [Cell(*row) for row in connection.execute(metric.query).fetchall()]
            one = finding(metric, cells, {told.who for told in found})
            if one is not None and len(found) < MOST:
                found.append(one)
    return found


def finding(
    metric: Metric, cells: list[Cell], told: Collection[str] = ()
) -> Finding | None:
    """The segment that stands out most, else the whole company.

    Args:
        told: Segments that something was told of; another one goes before them.
    """
    whole = next((cell for cell in cells if cell.segment == WHOLE), None)
    if whole is None:
        return None
    markets = [one for one in cells if one.is_min_n_met and one.segment != UNKNOWN]
    certain = [one for one in markets if distance(one, whole) > 0]
    if not certain:
        return _told(metric, whole, "all segments", "")
    cell = max(
        certain,
        key=lambda one: (one.segment not in told, distance(one, whole), one.segment),
    )
    return _told(metric, cell, cell.segment, _number(metric, whole.estimate))


def distance(cell: Cell, whole: Cell) -> float:
    """How far the interval of a segment lies from that of the whole; 0 or less where
    they overlap or one of them is not known."""
    if cell.low is None or cell.high is None or whole.low is None or whole.high is None:
        return 0.0
    return max(cell.low - whole.high, whole.low - cell.high)


def _told(metric: Metric, cell: Cell, who: str, whole: str) -> Finding:
    if cell.estimate is None or cell.low is None or cell.high is None:
        return Finding(metric.name, who, "too few to say", "", int(cell.sample), whole)
    low, high = metric.factor * cell.low, metric.factor * cell.high
    interval = f"{low:.{metric.digits}f} to {high:.{metric.digits}f}"
    caution = "" if cell.is_min_n_met else " (few)"
    return Finding(
        metric.name,
        who,
        _number(metric, cell.estimate),
        interval + caution,
        int(cell.sample),
        whole,
    )


def _number(metric: Metric, estimate: float | None) -> str:
    if estimate is None:
        return ""
    return f"{metric.factor * estimate:.{metric.digits}f}{metric.unit}"
