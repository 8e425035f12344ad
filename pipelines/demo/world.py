"""What a world is: its segments, releases and months, and what holds in all of them.

The companies that are generated are declared in `companies.py`. How parameters become
records is in the SQL files; what the facts are is in `facts.py`.
"""

from dataclasses import dataclass
from datetime import date, timedelta

DEMO_AS_OF = date(2026, 1, 1)
"""The first day that the initial landing knows nothing about."""

Bands = tuple[float, float, float]
"""One value per tenure band: under 3 months, 3 to 12 months, 12 months and more."""

STAGES = ("Qualification", "Discovery", "Demo", "Proposal", "Negotiation")
PASS_DAYS: tuple[tuple[int, ...], ...] = (
    (1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 10, 14),
    (1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 7, 8, 9, 11, 14, 21),
    (1, 2, 3, 4, 5, 6, 6, 7, 7, 8, 9, 10, 12, 14, 18, 28),
    (2, 3, 4, 5, 6, 7, 7, 8, 10, 12, 13, 14, 16, 19, 24, 35),
    (1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 25, 40),
)
"""Days in each stage before a deal moves on; every value is equally likely."""
LOSS_DAYS = (8, 20, 40, 60, 85, 110, 140, 170, 200, 230, 260, 290, 320, 355, 400, 470)
"""Days in the stage that a deal is lost from: losses are slow."""
GAP_DAYS = (3, 5, 7, 9, 12, 15, 18, 21, 25, 29, 34, 40, 48, 60, 80, 140)
"""Days between two orders of one shop customer."""
PAUSE_HAZARD = 0.004
"""Monthly probability that a monthly term without add-on is paused for two months."""
ADDON_SHARE = 0.3
"""Customers who buy the add-on as well."""
GUEST_REPEAT = 0.30
"""Probability that a guest of the shop comes back."""
REWARDED_SHARE = 0.2
"""Referrals that were paid for."""
SEASON = (1.10, 1.00, 1.05, 1.00, 0.95, 0.95, 0.75, 0.70, 1.10, 1.15, 1.15, 1.10)
"""Demand by calendar month, January first."""


@dataclass(frozen=True)
class Burst:
    """Months in which demand is multiplied; offsets count from the as-of month."""

    first: int
    last: int
    factor: float
    is_discounted: bool = False
    """Whether the customers of these months came for a discount, and leave."""
    campaign: str | None = None


@dataclass(frozen=True)
class Segment:
    """What is true about one target market."""

    name: str
    situation: str
    deals: int
    """New-business deals created over 36 months at scale 1."""
    signups: int
    """Self-serve customers over 36 months at scale 1."""
    pass_rates: tuple[float, float, float, float, float]
    """Probability that a deal leaves each stage forwards; their product is won."""
    growth: float = 0.0
    """Growth of demand per month."""
    bursts: tuple[Burst, ...] = ()
    churn: Bands = (0.03, 0.02, 0.01)
    """Monthly churn hazard of monthly terms at ages 1-3, 4-9 and 10 and more."""
    discounted_churn: Bands = (0.30, 0.20, 0.10)
    renewal_lapse: float = 0.10
    """Probability that an annual term is not renewed."""
    annual_share: float = 0.25
    expansion: float = 0.04
    """Monthly probability of added seats; a quarter of it is the one of fewer."""
    very_disappointed: Bands = (0.30, 0.30, 0.30)
    promoters: Bands = (0.40, 0.40, 0.40)
    detractors: Bands = (0.25, 0.25, 0.25)
    response: Bands = (0.30, 0.30, 0.30)
    referral: float = 0.15
    referral_growth: float = 0.0
    """Growth of the share of referred customers per month, in points of 1."""
    repeat: float = 0.50
    """Probability that a first order in the shop is ever followed by a second."""
    is_fixed_size: bool = False
    """Whether the scale leaves it as small as it is."""
    has_giant: bool = False
    """Whether one customer is larger than all others together."""


@dataclass(frozen=True)
class Release:
    """One release, and what it does to the share of the very disappointed."""

    release_id: str
    name: str
    theme: str
    offset: int
    """Month of the release, counted from the as-of month."""
    segment: str | None = None
    effect: float = 0.0
    """Added to the propensity of exposed customers of the segment."""
    mention_rate: float = 0.006
    """Monthly probability that a customer asks for the theme of a release that does
    nothing, before it as well as after."""


@dataclass(frozen=True)
class World:
    """One company."""

    name: str
    segments: tuple[Segment, ...]
    months: int
    seed: int
    scale: float
    releases: tuple[Release, ...] = ()
    is_seasonal: bool = True
    is_lean: bool = False
    """Replicates only: without usage, invoices, contacts and histories; feedback only
    where something is released that it could ask for."""
    lean_waves: int = 1
    """How many waves a lean company has fielded, up to the last that was closed."""
    answers_drive_response: bool = False
    spend_shift: float = 0.0
    """How much of the product budget has moved to sales by the as-of month."""

    @property
    def as_of(self) -> date:
        return DEMO_AS_OF

    @property
    def month_starts(self) -> tuple[date, ...]:
        """First days of the months of history, and of the month after them."""
        last = DEMO_AS_OF.year * 12 + DEMO_AS_OF.month - 1
        numbers = range(last - self.months, last + 1)
        return tuple(date(n // 12, n % 12 + 1, 1) for n in numbers)

    @property
    def until(self) -> date:
        """The end of the month after the history: nothing happens later."""
        return (self.as_of + timedelta(days=32)).replace(day=1)

    def demand(self, segment: Segment, month_no: int) -> float:
        """Relative demand of a month, before it is scaled to the totals."""
        offset = month_no - self.months
        weight = 1.0
        for _ in range(min(month_no, self.months - 1)):
            weight *= 1 + segment.growth
        for burst in segment.bursts:
            if burst.first <= offset <= burst.last:
                weight *= burst.factor
        if self.is_seasonal:
            weight *= SEASON[self.month_starts[month_no].month - 1]
        return weight

    def is_discounted(self, segment: Segment, month_no: int) -> bool:
        """Whether customers of the month came for a discount."""
        offset = month_no - self.months
        return any(
            burst.is_discounted and burst.first <= offset <= burst.last
            for burst in segment.bursts
        )
