"""Facts: the planted truths, each with its parameter and where it must show.

A fact of kind `rate` holds when its parameter lies inside the published interval; one
of kind `outside` when it does not (a number that is known to mislead); a `value` agrees
exactly; a `verdict` is the answer that a segment must get; a `context` explains another
one. Marts that nobody has built yet are named too: their tests find their facts here.
"""

from typing import Any

import duckdb

from pipelines.demo.curves import (
    closed_rate,
    lost_by,
    repeats_within,
    survival,
    win_rate,
    win_rate_from_stage,
    won_by,
)
from pipelines.demo.fact import fact
from pipelines.demo.facts_measured import company_facts, survey_facts
from pipelines.demo.world import GUEST_REPEAT, STAGES, Segment, World

WINDOWS = (30, 90, 180, 365)
VERDICTS = {
    "fit and rising sales": ("above", "up", "scale"),
    "fit and neglected sales": ("above", "down", "invest_in_sales"),
    "no fit, discount-driven surges that fade": ("not_above", "up", "surge_risk"),
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
        facts += _win_rates(segment, world)
        facts += _repeat_rates(segment.name, segment.repeat)
        facts += _survival(segment, world)
        facts += _verdicts(segment)
        facts += _surges(segment, world)
        facts += _hazards(segment)
    if not world.is_lean:
        facts += _repeat_rates("unknown", GUEST_REPEAT)
    facts += survey_facts(connection, world)
    facts += company_facts(connection, world)
    return facts


def _win_rates(segment: Segment, world: World) -> list[dict[str, Any]]:
    where = {"segment_id": segment.name, "opportunity_type": "new"}
    facts = [
        fact(
            f"won within {days} days",
            "rate",
            won_by(segment, days),
            "sales.sales_win_rate__cohort_quarter",
            {**where, "cohort_label": "all", "horizon_days": days},
        )
        | {"lost": lost_by(segment, days)}
        for days in (30, 90, 180, 365)
    ]
    for stage, passed, won in zip(
        STAGES, segment.pass_rates, win_rate_from_stage(segment), strict=True
    ):
        facts += [
            fact(
                f"{measure} from stage {stage}",
                "rate",
                value,
                "sales.sales_stage_conversion__quarter",
                {**where, "period_label": "all", "stage": stage, "measure": measure},
            )
            for measure, value in (("advanced", passed), ("won", won))
        ]
    kind = "outside" if segment.growth > 0.02 else "context"
    facts.append(
        fact(
            "the closed rate flatters: losses are slow and sales grow",
            kind,
            win_rate(segment),
            "sales.sales_win_rate__month",
            {**where, "period_label": "all", "measure": "count"},
        )
        | {"expected": closed_rate(segment, world)}
    )
    return facts


def _repeat_rates(segment_id: str, repeat: float) -> list[dict[str, Any]]:
    return [
        fact(
            f"second order within {days} days",
            "rate",
            repeats_within(repeat, days),
            "sales.sales_repeat_rate__cohort_month",
            {
                "segment_id": segment_id,
                "cohort_label": "all",
                "window_label": f"{days}d",
            },
        )
        for days in WINDOWS
    ] + [
        # The curve tells a day from its end on, the window ends before its last day.
        fact(
            f"second order up to day {days - 1}",
            "rate",
            repeats_within(repeat, days),
            "sales.sales_repeat_curve__segment_day",
            {"segment_id": segment_id, "age_days": days - 1},
        )
        for days in WINDOWS
    ]


def _survival(segment: Segment, world: World) -> list[dict[str, Any]]:
    is_mixed = any(burst.is_discounted for burst in segment.bursts)
    curve = survival(segment, world.months, is_lean=world.is_lean)
    facts = [
        fact(
            "survival to the first month end at zero, by age in months",
            "context" if is_mixed else "rate",
            curve,
            "fit.fit_survival__segment_month",
            {"segment_id": segment.name},
        )
    ]
    if is_mixed:
        discounted = survival(
            segment, world.months, is_lean=world.is_lean, is_discounted=True
        )
        facts.append(
            fact(
                "survival of those who came for a discount, and of the others",
                "rate",
                {"surge": discounted, "base": curve},
                "verdicts.verdict_surge_and_fade",
                {"segment_id": segment.name},
                column="retention_rate",
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


def _surges(segment: Segment, world: World) -> list[dict[str, Any]]:
    """Months that a discount filled; the last ones are too fresh to have faded."""
    starts = world.month_starts
    episodes = [
        {
            "first_month": starts[world.months + burst.first].isoformat(),
            "last_month": starts[world.months + burst.last].isoformat(),
            "verdict": "surge_without_fit" if burst.last < -4 else "pending",
        }
        for burst in segment.bursts
        if burst.is_discounted and world.months + burst.first >= 6
    ]
    if not episodes:
        return []
    return [
        fact(
            "surges of customers who came for a discount",
            "verdict",
            episodes,
            "verdicts.verdict_surge_and_fade",
            {"segment_id": segment.name},
            column="verdict",
        )
    ]


def _hazards(segment: Segment) -> list[dict[str, Any]]:
    where = {"segment_id": segment.name}
    return [
        fact(
            "monthly hazard of churn at ages 1-3, 4-9 and 10 and more, monthly terms",
            "context",
            segment.churn,
            "sales.sales_churn_rate__month",
            where,
        ),
        fact(
            "monthly probability of added seats",
            "context",
            segment.expansion,
            "sales.sales_mrr_waterfall__month",
            where,
        ),
    ]
