"""Curves that follow from the declared world: who has won by which day, who stays.

Pure arithmetic on `world.py`; nothing is drawn and nothing is read here.
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from math import prod

from pipelines.demo.arrivals import churned_by
from pipelines.demo.world import (
    ADDON_SHARE,
    GAP_DAYS,
    LOSS_DAYS,
    PASS_DAYS,
    PAUSE_HAZARD,
    Segment,
    World,
)

Distribution = dict[int, float]
"""Probability of each number of days."""
LONGEST = sum(max(days) for days in PASS_DAYS) + max(LOSS_DAYS)
"""Days after which every deal has closed."""


def win_rate(segment: Segment) -> float:
    """Probability that a new-business deal is ever won."""
    return prod(segment.pass_rates)


def win_rate_from_stage(segment: Segment) -> list[float]:
    """Probability of a win for a deal that has entered each stage."""
    return [prod(segment.pass_rates[number:]) for number in range(5)]


def won_by(segment: Segment, days: int) -> float:
    """Probability that a deal is won within so many days of its creation."""
    return win_rate(segment) * _cumulated(5, False)[min(days, LONGEST)]


def lost_by(segment: Segment, days: int) -> float:
    """Probability that a deal is lost within so many days of its creation."""
    total = 0.0
    for number, rate in enumerate(segment.pass_rates):
        reached = prod(segment.pass_rates[:number])
        lost_after = _cumulated(number, True)[min(days, LONGEST)]
        total += reached * (1 - rate) * lost_after
    return total


def half_won_by(segment: Segment, days: int) -> int:
    """First day by which half of the wins of so many days have come."""
    half = won_by(segment, days) / 2
    return next(day for day in range(days + 1) if won_by(segment, day) >= half)


def closed_rate(segment: Segment, world: World) -> float:
    """Expected share of wins among the deals closed in the whole history.

    It exceeds the probability of a win where losses are slow and deals become more:
    the newest deals have closed so far if they were won.
    """
    won = lost = 0.0
    for month_no, start in enumerate(world.month_starts[:-1]):
        days = (world.month_starts[month_no + 1] - start).days
        for day in range(days):
            age = (world.as_of - start).days - day - 1
            weight = world.demand(segment, month_no) / days
            won += weight * won_by(segment, age)
            lost += weight * lost_by(segment, age)
    return won / (won + lost)


def repeats_within(repeat: float, days: int) -> float:
    """Probability of a second purchase day less than so many days after the first."""
    return repeat * sum(gap < days for gap in GAP_DAYS) / len(GAP_DAYS)


def survival(
    segment: Segment, ages: int, *, is_lean: bool, is_discounted: bool = False
) -> list[float]:
    """Share of customers without a month end at zero, at each age from 0.

    A pause of a monthly term shows as a month end at zero; terms with an add-on and
    annual ones are never paused.
    """
    hazards = segment.discounted_churn if is_discounted else segment.churn
    churned = [0.0, *churned_by(hazards)]
    annual = 0.0 if is_discounted else segment.annual_share
    with_addon = 0.0 if is_lean else ADDON_SHARE
    curve = []
    for age in range(ages + 1):
        unpaused = (1 - PAUSE_HAZARD) ** age
        monthly = (1 - churned[age]) * (with_addon + (1 - with_addon) * unpaused)
        yearly = (1 - segment.renewal_lapse) ** (age // 12)
        curve.append(annual * yearly + (1 - annual) * monthly)
    return curve


def _even(days: Sequence[int]) -> Distribution:
    shares: Distribution = {}
    for day in days:
        shares[day] = shares.get(day, 0.0) + 1 / len(days)
    return shares


def _sum_of(one: Distribution, other: Distribution) -> Distribution:
    total: Distribution = {}
    for first, share in one.items():
        for second, weight in other.items():
            total[first + second] = total.get(first + second, 0.0) + share * weight
    return total


def _passed(stages: int) -> Distribution:
    """Days that a deal needs to pass the first stages."""
    total: Distribution = {0: 1.0}
    for days in PASS_DAYS[:stages]:
        total = _sum_of(total, _even(days))
    return total


def kept(segment: Segment, months: int) -> float:
    """Probability that monthly terms of constant hazard pay after so many months.

    Whoever began a pause of two months in the last month or the one before does not.
    """
    unpaused = (1 - PAUSE_HAZARD) ** min(months, 2)
    return (1 - segment.churn[0]) ** months * unpaused


@cache
def _cumulated(stages: int, is_lost: bool) -> tuple[float, ...]:
    """Probability to have passed so many stages, and been lost, by each day."""
    distribution = _passed(stages)
    if is_lost:
        distribution = _sum_of(distribution, _even(LOSS_DAYS))
    shares = (distribution.get(day, 0.0) for day in range(LONGEST + 1))
    return tuple(accumulate(shares))
