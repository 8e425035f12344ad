"""Facts: the planted truths, each with its parameter and where it must show.

A fact of kind `rate` holds when its parameter lies inside the published interval; one
of kind `outside` when it does not (a number that is known to mislead); a `value` agrees
exactly; a `verdict` is the answer that a segment must get; a `context` explains another
one. Marts that nobody has built yet are named too: their tests find their facts here.
"""

from typing import Any

import duckdb

from pipelines.demo.curves import repeats_within
from pipelines.demo.fact import fact
from pipelines.demo.facts_measured import company_facts, survey_facts
from pipelines.demo.facts_pipeline import pipeline_facts
from pipelines.demo.facts_retention import (
    churn_facts,
    giant_facts,
    revenue_kept_facts,
    survival_facts,
)
from pipelines.demo.facts_surges import (
    lead_lag_facts,
    surge_facts,
    word_of_mouth_facts,
)
from pipelines.demo.world import GUEST_REPEAT, Segment, World

WINDOWS = (30, 90, 180, 365)
VERDICTS = {
    "fit and rising sales": ("above", "up", "scale"),
    "fit and neglected sales": ("above", "down", "invest_in_sales"),
    "no fit, discount-driven surges that fade": ("below", "up", "surge_risk"),
    "no fit and declining": ("below", "down", "rework_or_exit"),
    "too small to judge": ("insufficient", "any", "undetermined"),
    "like every other segment": ("undetermined", "undetermined", "undetermined"),
}
"""Fit, sales and quadrant of each situation, at scale 1 and more."""


def tell_facts(
    connection: duckdb.DuckDBPyConnection, world: World
) -> list[dict[str, Any]]:
    """All planted facts of a world."""
    facts: list[dict[str, Any]] = []
    for segment in world.segments:
        facts += pipeline_facts(segment, world)
        facts += _repeat_rates(segment.name, segment.repeat)
        facts += survival_facts(segment, world)
        facts += revenue_kept_facts(segment, world)
        facts += _verdicts(segment)
        facts += surge_facts(segment, world)
        facts += word_of_mouth_facts(segment, world)
    if not world.is_lean:
        facts += _repeat_rates("unknown", GUEST_REPEAT)
    facts += lead_lag_facts(world)
    facts += churn_facts(connection, world)
    facts += giant_facts(connection, world)
    facts += survey_facts(connection, world)
    facts += company_facts(connection, world)
    return facts


def _repeat_rates(segment_id: str, repeat: float) -> list[dict[str, Any]]:
    """Of the whole history: by window, and on the curve of days."""
    facts = []
    for days in WINDOWS:
        rate = repeats_within(repeat, days)
        where = {"segment_id": segment_id}
        facts.append(
            fact(
                f"second order within {days} days",
                "rate",
                rate,
                "sales.sales_repeat_rate__cohort_month",
                {**where, "cohort_label": "all", "window_label": f"{days}d"},
            )
        )
        facts.append(
            fact(
                f"second order up to day {days - 1}",
                "rate",
                rate,
                "sales.sales_repeat_curve__segment_day",
                # the window ends before its last day
                {**where, "age_days": days - 1},
            )
        )
    return facts


def _verdicts(segment: Segment) -> list[dict[str, Any]]:
    if segment.situation not in VERDICTS:
        return []
    fit, sales, quadrant = VERDICTS[segment.situation]
    return [
        fact(
            segment.situation,
            "verdict",
            {"fit": fit, "sales": sales, "quadrant": quadrant},
            "verdicts.verdict_fit_sales_quadrant",
            {"segment_id": segment.name},
            column="verdict",
        )
    ]
