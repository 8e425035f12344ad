"""When what arrives: the drops, and which deliverer fills them.

The initial landing holds everything known at the as-of date; four increments follow.
The single files are written by the `deliver_` modules.
"""

from datetime import timedelta
from pathlib import Path

from pipelines.demo.courier import INITIAL, Courier, Drop
from pipelines.demo.deliver_billing import deliver_billing
from pipelines.demo.deliver_crm import deliver_crm
from pipelines.demo.deliver_finance import deliver_finance
from pipelines.demo.deliver_product import deliver_product, deliver_releases
from pipelines.demo.deliver_shop import deliver_shop
from pipelines.demo.deliver_surveys import deliver_surveys
from pipelines.demo.world import World


def increments_of(world: World) -> tuple[Drop, ...]:
    """Two nights, a fortnight later, and the end of the month."""
    days = (
        world.as_of + timedelta(days=1),
        world.as_of + timedelta(days=2),
        world.as_of + timedelta(days=14),
        world.until,
    )
    return tuple(Drop(f"increments/{day.isoformat()}", day) for day in days)


def nights_of(world: World) -> tuple[Drop, ...]:
    """The exports in the initial landing: a full one and two nightly ones."""
    return tuple(Drop(INITIAL, world.as_of - timedelta(days=n)) for n in (2, 1, 0))


def deliver_everything(
    courier: Courier, world: World, scratch: Path, *, increments: bool
) -> None:
    """Write every extract of every drop."""
    later = increments_of(world) if increments else ()
    nights = (*nights_of(world), *later)
    drops = (nights_of(world)[-1], *later)
    deliver_crm(courier, world, nights)
    deliver_shop(courier, world, drops)
    deliver_billing(courier, world, drops)
    deliver_surveys(courier, world, scratch, drops)
    deliver_finance(courier, world, drops)
    if not world.is_lean:
        deliver_product(courier, world, drops)
    elif world.releases:
        deliver_releases(courier, drops)
