"""Facts about surges, word of mouth, and what moves before what.

A surge is planted as a burst of demand. Which further months are surges by chance or
season is not planted, but what became of their customers is: only those who came for a
discount leave sooner than others.
"""

from typing import Any

from pipelines.demo.fact import fact
from pipelines.demo.world import Segment, World

MONTHS_TO_FADE = 3
LEAST_SEGMENTS = 8
LEAST_HISTORY = 6
YEAR = 12
"""Months over which the share of the referred is taken, and compared with as many."""


def surge_facts(segment: Segment, world: World) -> list[dict[str, Any]]:
    """The planted surges, and whether any of the segment's can be one without fit."""
    starts = world.month_starts
    episodes: list[dict[str, Any]] = []
    for burst in segment.bursts:
        first, last = world.months + burst.first, world.months + burst.last
        if burst.factor <= 1 or first < LEAST_HISTORY:
            continue
        # customers of the last month come into the next one, and then need the horizon
        is_over = last + 1 + MONTHS_TO_FADE < world.months
        faded = "surge_without_fit" if burst.is_discounted else "held"
        episodes.append(
            {
                "first_month": starts[first].isoformat(),
                "last_month": starts[min(last, world.months - 1)].isoformat(),
                "verdict": faded if is_over else "pending",
                # its year before holds another surge, which raises the bar: at small
                # scales it may not be seen
                "is_in_shadow": any(
                    0 < burst.first - other.first <= YEAR
                    for other in segment.bursts
                    if other.factor > 1
                ),
            }
        )
    where = {"segment_id": segment.name}
    mart = "verdicts.verdict_surge_and_fade"
    facts = []
    if episodes:
        facts.append(
            fact(
                "surges of demand and what became of them",
                "verdict",
                episodes,
                mart,
                where,
                column="verdict",
            )
        )
    faded_now = [one for one in episodes if one["verdict"] == "surge_without_fit"]
    if faded_now or segment.is_fixed_size:
        facts.append(
            fact(
                "what is said of surges now",
                "verdict",
                "surge_without_fit" if faded_now else "no_surge",
                mart,
                {**where, "is_current": True},
                column="verdict",
            )
        )
    if not any(burst.is_discounted for burst in segment.bursts):
        facts.append(
            fact(
                "nobody came for a discount: no surge fades",
                "verdict",
                {"never": "surge_without_fit"},
                mart,
                where,
                column="verdict",
            )
        )
    return facts


def word_of_mouth_facts(segment: Segment, world: World) -> list[dict[str, Any]]:
    """Whether the share of the referred grows, over the year at scale 1."""
    if world.is_lean or world.months < 2 * YEAR:
        return []
    # points of 1 that the share gains from one year to the next
    gain = segment.referral_growth * YEAR
    expected: Any = {"never": "shrinking"} if gain > 0 else {"never": "growing"}
    if segment.is_fixed_size:
        expected = "insufficient"
    elif gain >= 0.05:
        expected = "growing"
    return [
        fact(
            "share of the referred against the year before, at scale 1 and more",
            "verdict",
            expected,
            "verdicts.verdict_word_of_mouth",
            {"segment_id": segment.name, "window_months": YEAR},
            column="verdict",
        )
        | {"gain": round(gain, 6)}
    ]


def lead_lag_facts(world: World) -> list[dict[str, Any]]:
    """Small panels are refused."""
    if len(world.segments) >= LEAST_SEGMENTS:
        return []
    return [
        fact(
            f"a panel of {len(world.segments)} segments says nothing",
            "verdict",
            "refused",
            "verdicts.verdict_lead_lag",
            {"segment_id": "all"},
            column="verdict",
        )
    ]
