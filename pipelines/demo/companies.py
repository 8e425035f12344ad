"""The companies: what is true about each generated world, in one place.

Every parameter that a fact of `truth.json` is computed from stands here or, where it
holds in all worlds, in `world.py`. Probabilities are short decimals, so that the same
numbers reach every machine.
"""

from dataclasses import replace
from typing import Literal

from pipelines.demo.draws import uniform
from pipelines.demo.world import Burst, Release, Segment, World

WorldName = Literal["company", "null", "informative_nonresponse"]

PHYSIO = Segment(
    name="physio_clinics",
    situation="fit and rising sales",
    deals=6000,
    signups=700,
    pass_rates=(0.80, 0.78, 0.75, 0.75, 0.74),
    growth=0.045,
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
    bursts=(Burst(-4, 0, 0.15),),
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
    deals=6000,
    signups=1800,
    pass_rates=(0.70, 0.68, 0.68, 0.66, 0.65),
    growth=0.02,
    # The second has to stand out of a year that has the first in it.
    bursts=(
        Burst(-11, -9, 4.0, is_discounted=True, campaign="Half price spring"),
        Burst(-3, -1, 6.0, is_discounted=True, campaign="Half price autumn"),
    ),
    churn=(0.050, 0.040, 0.020),
    discounted_churn=(0.26, 0.18, 0.10),
    renewal_lapse=0.25,
    annual_share=0.10,
    expansion=0.03,
    very_disappointed=(0.02, 0.04, 0.58),
    promoters=(0.22, 0.28, 0.55),
    detractors=(0.45, 0.38, 0.15),
    response=(0.05, 0.08, 0.65),
    referral=0.08,
    repeat=0.35,
)
DRIVING = Segment(
    name="driving_schools",
    situation="no fit and declining",
    deals=5000,
    signups=520,
    pass_rates=(0.68, 0.66, 0.66, 0.64, 0.63),
    growth=-0.022,
    bursts=(Burst(-4, 0, 0.12),),
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
            expansion=0.0,
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


def null_replicate_world(seed: int, scale: float, months: int, count: int) -> World:
    """`count` equal segments in which the null of every verdict holds.

    The score is exactly the threshold, customers come at one rate and leave at one rate
    whatever they answered, and the release does nothing: who asked for it goes on
    asking, and answers like the others. Of a hundred customers eighty are still there
    after six months, which is the floor of the default. They come by themselves: deals
    take months to win, and the first months would have fewer customers than the last.
    """
    plain = Segment(
        name="",
        situation="the null of every verdict",
        deals=0,
        # totals are declared for 36 months: 30 customers a month
        signups=30 * 36,
        pass_rates=(0.75,) * 5,
        # with the pauses of monthly terms 0.80 remain at six months
        churn=(0.03264, 0.03264, 0.03264),
        annual_share=0.0,
        expansion=0.0,
        very_disappointed=(0.40, 0.40, 0.40),
    )
    return World(
        name=f"null_replicates_{count}",
        segments=tuple(
            replace(plain, name=f"segment_{number:03d}")
            for number in range(1, count + 1)
        ),
        months=months,
        seed=seed,
        scale=scale,
        releases=(
            # three in ten customers ask within the half year before, and after
            Release("R-01", "Nothing new", "appearance", -7, mention_rate=0.06),
        ),
        is_seasonal=False,
        is_lean=True,
        lean_waves=3,
    )


def make_world(
    name: WorldName, *, seed: int, scale: float, months: int, segments: int | None
) -> World:
    """The world of a name; `segments` replaces its segments by replicates."""
    if segments is not None and name == "null":
        world = null_replicate_world(seed, scale, months, segments)
    elif segments is not None:
        world = replicate_world(seed, scale, months, segments)
    elif name == "null":
        world = null_world(seed, scale, months)
    else:
        world = company_world(seed, scale, months)
    if name == "informative_nonresponse":
        world = replace(world, name=f"{world.name}_{name}", answers_drive_response=True)
    return world
