"""Facts about deals: who is won by when, from which stage, and what misleads.

All follow from the declared pass rates and days in `world.py`.
"""

from typing import Any

from pipelines.demo.curves import (
    closed_rate,
    half_won_by,
    lost_by,
    win_rate,
    win_rate_from_stage,
    won_by,
)
from pipelines.demo.fact import fact
from pipelines.demo.world import STAGES, Segment, World

HORIZONS = (30, 90, 180, 365)


def pipeline_facts(segment: Segment, world: World) -> list[dict[str, Any]]:
    """Win probabilities of one segment's new business."""
    where = {"segment_id": segment.name, "opportunity_type": "new"}
    return [
        *_won_within(segment, where),
        *_won_from_stages(segment, where),
        *_flattering(segment, world, where),
    ]


def _won_within(segment: Segment, where: dict[str, Any]) -> list[dict[str, Any]]:
    mart = "sales.sales_win_rate__cohort_quarter"
    facts = [
        fact(
            f"won within {days} days",
            "rate",
            won_by(segment, days),
            mart,
            {**where, "cohort_label": "all", "horizon_days": days},
        )
        | {"lost": lost_by(segment, days)}
        for days in HORIZONS
    ]
    facts.append(
        fact(
            "day by which half of the wins of a year have come",
            "context",
            half_won_by(segment, 365),
            "sales.sales_cycle__quarter",
            {**where, "cohort_label": "all"},
            column="half_won_days",
        )
    )
    return facts


def _won_from_stages(segment: Segment, where: dict[str, Any]) -> list[dict[str, Any]]:
    rates = zip(STAGES, segment.pass_rates, win_rate_from_stage(segment), strict=True)
    return [
        fact(
            f"{measure} from stage {stage}",
            "rate",
            rate,
            "sales.sales_stage_conversion__quarter",
            {**where, "period_label": "all", "stage": stage, "measure": measure},
        )
        for stage, passed, won in rates
        for measure, rate in (("advanced", passed), ("won", won))
    ]


def _flattering(
    segment: Segment, world: World, where: dict[str, Any]
) -> list[dict[str, Any]]:
    return [
        fact(
            "the closed rate flatters: losses are slow and sales grow",
            "outside" if segment.growth > 0.02 else "context",
            win_rate(segment),
            "sales.sales_win_rate__month",
            {**where, "period_label": "all", "measure": "count"},
        )
        | {"expected": closed_rate(segment, world)}
    ]
