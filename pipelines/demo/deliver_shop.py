"""The shop: one gzipped CSV per month, cancellations as lines of their own."""

from datetime import date, timedelta
from itertools import pairwise

from pipelines.demo.courier import Bad, Courier, Drop
from pipelines.demo.exports import SEMICOLON
from pipelines.demo.world import World

SOURCE = "shop"
FEED = "shop.order_lines"
COLUMNS = (
    "order_id, cast(line_number as varchar) as line, account_id as customer_account,"
    " guest_id as guest, strftime(ordered_at, '%d/%m/%Y %H:%M') as ordered, product,"
    " cast(quantity as varchar) as qty, cast(unit_amount as varchar) as unit_price,"
    " cast(line_amount as varchar) as line_total, currency_code as currency,"
    " line_type as type, related_order_id as refers_to, channel, coupon"
)
BAD = (
    Bad("required_is_present", "line_total", "null", 2),
    Bad("time_is_readable", "ordered", "'13/25/2025 09:00'", 3),
    Bad("value_is_known", "type", "'barter'", 2),
)


def deliver_shop(courier: Courier, world: World, drops: tuple[Drop, ...]) -> None:
    """Write a file per month; the last month of history comes twice, overlapping."""
    initial, *later = drops
    for start, end in pairwise(world.month_starts):
        name = f"{start:%Y-%m}"
        if end == world.as_of:
            early = end - timedelta(days=4)
            _deliver(courier, world, initial, (start, early), f"{name}_early")
            _deliver(courier, world, initial, (start, end), name, bad=BAD)
        else:
            _deliver(courier, world, initial, (start, end), name)
    for number, drop in enumerate(later):
        if number == 1:
            original = next(file for file in courier.files if file.feed == FEED)
            resent = f"shop/orders_resent_{drop.until}.csv.gz"
            courier.deliver_again(drop, resent, original)
        if number >= 2:
            name = f"{world.as_of:%Y-%m}" + ("_early" if number == 2 else "")
            _deliver(courier, world, drop, (world.as_of, drop.until), name)


def _deliver(
    courier: Courier,
    world: World,
    drop: Drop,
    days: tuple[date, date],
    name: str,
    *,
    bad: tuple[Bad, ...] = (),
) -> None:
    start, end = days
    # a new column, which nobody asked for, from three months before the as-of date on
    is_new = start >= world.month_starts[-4]
    columns = COLUMNS + (", if(line_type = 'sale', 'no', null) as gift" * is_new)
    courier.deliver(
        drop,
        f"shop/orders_{name}.csv.gz",
        feed=FEED,
        source_system=SOURCE,
        select=f"select {columns} from order_lines"
        f" where ordered_at >= date '{start}' and ordered_at < date '{end}'",
        order_by="order_id, line",
        key="order_id",
        options=f"{SEMICOLON}, compression gzip",
        bad=bad,
    )
