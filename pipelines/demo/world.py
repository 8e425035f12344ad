"""The worlds: what is true about the demo company, in one place.

Every parameter that a fact of `truth.json` is computed from is declared here. How the
parameters become records is in the SQL files; what the facts are is in `facts.py`.
Probabilities are exact decimals, so that the same numbers reach every machine.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from pipelines.demo.draws import uniform

DEMO_AS_OF = date(2026, 1, 1)
"""The first day that the initial landing knows nothing about."""

WorldName = Literal["company", "null", "informative_nonresponse"]
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
LOSS_DAYS = (6, 12, 20, 30, 42, 55, 70, 85, 100, 115, 135, 155, 180, 210, 250, 320)
"""Days in the stage that a deal is lost from: losses are slow."""
GAP_DAYS = (3, 5, 7, 9, 12, 15, 18, 21, 25, 29, 34, 40, 48, 60, 80, 140)
"""Days between two orders of one shop customer."""
PAUSE_HAZARD = 0.004
"""Monthly probability that a monthly term without add-on is paused for two months."""
ADDON_SHARE = 0.3
"""Customers who buy the add-on as well."""
GUEST_REPEAT = 0.30
"""Probability that a guest of the shop comes back."""
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
    """Without usage, invoices, feedback and stage histories: replicates only."""
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


PHYSIO = Segment(
    name="physio_clinics",
    situation="fit and rising sales",
    deals=5200,
    signups=700,
    pass_rates=(0.80, 0.78, 0.75, 0.75, 0.74),
    growth=0.035,
    bursts=(Burst(-3, 0, 1.7),),
    churn=(0.025, 0.015, 0.006),
    renewal_lapse=0.06,
    expansion=0.08,
    very_disappointed=(0.44, 0.48, 0.50),
    promoters=(0.50, 0.52, 0.55),
    detractors=(0.16, 0.15, 0.14),
    response=(0.34, 0.34, 0.34),
    referral=0.12,
    referral_growth=0.007,
    repeat=0.62,
)
DENTAL = Segment(
    name="dental_practices",
    situation="fit and neglected sales",
    deals=3600,
    signups=450,
    pass_rates=(0.80, 0.77, 0.75, 0.74, 0.73),
    growth=-0.012,
    bursts=(Burst(-4, 0, 0.25),),
    churn=(0.025, 0.012, 0.005),
    renewal_lapse=0.05,
    expansion=0.07,
    very_disappointed=(0.52, 0.54, 0.56),
    promoters=(0.55, 0.56, 0.58),
    detractors=(0.14, 0.13, 0.12),
    response=(0.36, 0.36, 0.36),
    referral=0.24,
    referral_growth=0.001,
    repeat=0.58,
    has_giant=True,
)
BEAUTY = Segment(
    name="beauty_salons",
    situation="no fit, discount-driven surges that fade",
    deals=4200,
    signups=1250,
    pass_rates=(0.70, 0.68, 0.68, 0.66, 0.65),
    growth=0.004,
    bursts=(
        Burst(-11, -9, 4.0, is_discounted=True, campaign="Half price spring"),
        Burst(-3, -1, 3.5, is_discounted=True, campaign="Half price autumn"),
    ),
    churn=(0.050, 0.040, 0.020),
    discounted_churn=(0.26, 0.18, 0.10),
    renewal_lapse=0.25,
    annual_share=0.10,
    expansion=0.03,
    very_disappointed=(0.05, 0.10, 0.55),
    promoters=(0.22, 0.28, 0.55),
    detractors=(0.45, 0.38, 0.15),
    response=(0.05, 0.10, 0.50),
    referral=0.08,
    repeat=0.35,
)
DRIVING = Segment(
    name="driving_schools",
    situation="no fit and declining",
    deals=3400,
    signups=350,
    pass_rates=(0.68, 0.66, 0.66, 0.64, 0.63),
    growth=-0.022,
    bursts=(Burst(-4, 0, 0.30),),
    churn=(0.060, 0.050, 0.035),
    renewal_lapse=0.35,
    annual_share=0.15,
    expansion=0.02,
    very_disappointed=(0.16, 0.17, 0.18),
    promoters=(0.20, 0.21, 0.22),
    detractors=(0.46, 0.45, 0.44),
    response=(0.26, 0.26, 0.26),
    referral=0.06,
    repeat=0.40,
)
VET = Segment(
    name="vet_hospitals",
    situation="too small to judge",
    deals=60,
    signups=12,
    pass_rates=(0.78, 0.74, 0.72, 0.70, 0.70),
    very_disappointed=(0.50, 0.50, 0.50),
    promoters=(0.50, 0.50, 0.50),
    detractors=(0.20, 0.20, 0.20),
    repeat=0.50,
    is_fixed_size=True,
)
COMPANY_RELEASES = (
    Release("R-01", "Faster waiting list", "waiting_list", -33),
    Release("R-02", "Colour themes", "appearance", -28, "driving_schools", 0.0),
    Release("R-03", "Bulk invoices", "billing", -21),
    Release(
        "R-04", "Two-way calendar sync", "calendar_sync", -13, "physio_clinics", 0.15
    ),
    Release("R-05", "New dashboard", "reporting", -7, "dental_practices", 0.0),
    Release("R-06", "Text reminders", "reminders", -2),
)


def company_world(seed: int, scale: float, months: int) -> World:
    """The company with everything planted."""
    return World(
        name="company",
        segments=(PHYSIO, DENTAL, BEAUTY, DRIVING, VET),
        months=months,
        seed=seed,
        scale=scale,
        releases=COMPANY_RELEASES,
        spend_shift=0.35,
    )


def null_world(seed: int, scale: float, months: int) -> World:
    """No segment differs and nothing changes: verdicts must not cry wolf."""
    plain = Segment(
        name="",
        situation="like every other segment",
        deals=3400,
        signups=560,
        pass_rates=(0.76, 0.74, 0.72, 0.71, 0.70),
        very_disappointed=(0.40, 0.40, 0.40),
    )
    names = (s.name for s in (PHYSIO, DENTAL, BEAUTY, DRIVING, VET))
    return World(
        name="null",
        segments=tuple(replace(plain, name=name) for name in names),
        months=months,
        seed=seed,
        scale=scale,
        releases=tuple(replace(release, effect=0.0) for release in COMPANY_RELEASES),
        is_seasonal=False,
    )


def replicate_world(seed: int, scale: float, months: int, count: int) -> World:
    """`count` independent segments of 300 to 1,500 customers in one lean company.

    The answers to the PMF question depend on tenure in every second segment, and
    there the response does too, so that only a weighted score can be right.
    """

    def between(number: int, purpose: str, low: float, high: float) -> float:
        steps = int(uniform(seed, f"replicate|{number}", purpose) * 1000)
        return round(low + (high - low) * steps / 1000, 4)

    def replicate(number: int) -> Segment:
        is_biased = number % 2 == 1
        score = between(number, "score", 0.15, 0.60)
        tilt = 0.12 if is_biased else 0.0
        reply = between(number, "reply", 0.25, 0.45)
        promoters = between(number, "promoters", 0.20, 0.60)
        detractors = between(number, "detractors", 0.10, 0.35)
        forward = between(number, "forward", 0.70, 0.80)
        churn = between(number, "churn", 0.01, 0.05)
        customers = int(between(number, "customers", 300, 1500))
        win_rate = forward * forward * forward * forward * forward
        # totals are declared for 36 months; these customers come in fewer
        whole = customers * 36 / months
        return Segment(
            name=f"segment_{number:03d}",
            situation="biased response" if is_biased else "unbiased response",
            deals=int(whole * 0.3 / win_rate),
            signups=int(whole * 0.7),
            pass_rates=(forward,) * 5,
            churn=(churn, churn, churn),
            annual_share=0.0,
            very_disappointed=(round(score - tilt, 4), score, round(score + tilt, 4)),
            promoters=(promoters,) * 3,
            detractors=(detractors,) * 3,
            response=(
                (round(reply * 0.5, 4), reply, round(reply * 1.5, 4))
                if is_biased
                else (reply,) * 3
            ),
            repeat=between(number, "repeat", 0.20, 0.80),
        )

    return World(
        name=f"replicates_{count}",
        segments=tuple(replicate(number) for number in range(1, count + 1)),
        months=months,
        seed=seed,
        scale=scale,
        is_seasonal=False,
        is_lean=True,
    )


def make_world(
    name: WorldName, *, seed: int, scale: float, months: int, segments: int | None
) -> World:
    """The world of a name; `segments` replaces its segments by replicates."""
    if segments is not None:
        world = replicate_world(seed, scale, months, segments)
    elif name == "null":
        world = null_world(seed, scale, months)
    else:
        world = company_world(seed, scale, months)
    if name == "informative_nonresponse":
        world = replace(world, name=f"{world.name}_{name}", answers_drive_response=True)
    return world
