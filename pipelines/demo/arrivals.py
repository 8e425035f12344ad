"""Who comes and who stays: counts by month, and the churn curve of a hazard.

Counts are drawn one by one from exact Poisson distributions, since verdicts are about
such counts; everything else is drawn in the SQL files.
"""

from typing import Any

from pipelines.demo.draws import poisson
from pipelines.demo.world import Bands, World

HORIZON = 60
"""Ages in months up to which churn is declared."""


def arrivals(world: World) -> list[dict[str, Any]]:
    """How many deals, sign-ups and trials of each segment arrive in each month."""
    rows = []
    for number, segment in enumerate(world.segments, 1):
        size = 1.0 if segment.is_fixed_size else world.scale
        demands = [world.demand(segment, m) for m in range(world.months + 1)]
        unit = size * world.months / 36 / sum(demands[: world.months])
        totals = {
            "deal": segment.deals,
            "signup": segment.signups,
            "trial": 0.0 if world.is_lean else segment.signups * 0.4,
        }
        for month_no, demand in enumerate(demands):
            for kind, total in totals.items():
                entity = f"{kind}|{segment.name}|{month_no - world.months}"
                mean = total * unit * demand
                rows.append(
                    {
                        "segment_no": number,
                        "month_no": month_no,
                        "kind": kind,
                        "arrivals": poisson(world.seed, entity, "arrivals", mean),
                        "is_discounted": world.is_discounted(segment, month_no),
                    }
                )
    return rows


def churned_by(hazards: Bands) -> list[float]:
    """Probability that a monthly term has ended by each age from 1."""
    alive = 1.0
    churned = []
    for age in range(1, HORIZON + 1):
        alive *= 1 - hazards[0 if age <= 3 else 1 if age <= 9 else 2]
        churned.append(1 - alive)
    return churned
