"""Three findings for the end of a run, read from the publication that readers see.

Of each metric the segment that stands out most from the whole company, if one does for
certain: its interval and that of the whole do not overlap. What the metrics mean is
said in the marts.
"""

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
    """

    name: str
    query: str
    factor: float = 1.0
    unit: str = ""


METRICS = (
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
    Metric(
        "Deals won, of those closed",
        "select segment_id, estimate, ci_low, ci_high, closed_count, is_min_n_met "
        "from sales.sales_win_rate__month where period_label = 'all' "
        "and opportunity_type = 'all' and measure = 'count' and closed_count > 0",
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
    """A finding per metric that the publication has data for."""
    with duckdb.connect(
        str(home.current), read_only=True, config=READ_ONLY_CONFIG
    ) as connection:
        found = [
            finding(metric, [Cell(*row) for row in rows])
            for metric in METRICS
            if (rows := connection.execute(metric.query).fetchall())
        ]
    return [one for one in found if one is not None]


def finding(metric: Metric, cells: list[Cell]) -> Finding | None:
    """The segment that stands out most, else the whole company."""
    whole = next((cell for cell in cells if cell.segment == WHOLE), None)
    if whole is None:
        return None
    markets = [one for one in cells if one.is_min_n_met and one.segment != UNKNOWN]
    apart = [(distance(one, whole), one) for one in markets]
    certain = [(far, one) for far, one in apart if far > 0]
    if not certain:
        return _told(metric, whole, "all segments", "")
    _, cell = max(certain, key=lambda item: (item[0], item[1].segment))
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
    interval = f"{metric.factor * cell.low:.1f} to {metric.factor * cell.high:.1f}"
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
    return "" if estimate is None else f"{metric.factor * estimate:.1f}{metric.unit}"
