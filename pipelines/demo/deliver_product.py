"""The product: daily use as Parquet, one file per month and one per later drop."""

from datetime import date

from pipelines.demo.courier import Courier, Drop
from pipelines.demo.world import World


def deliver_usage(courier: Courier, world: World, later: tuple[Drop, ...]) -> None:
    """Write every day once."""
    initial = Drop("initial", world.as_of)
    history = world.month_starts
    for start, end in zip(history[:-1], history[1:], strict=True):
        if start < world.as_of:
            _deliver(courier, initial, start, end, f"{start:%Y-%m}")
    since = world.as_of
    for drop in later:
        _deliver(courier, drop, since, drop.until, f"to_{drop.until}")
        since = drop.until


def _deliver(courier: Courier, drop: Drop, start: date, end: date, name: str) -> None:
    courier.deliver(
        drop,
        f"product/usage_{name}.parquet",
        feed="product.usage_daily",
        source_system="telemetry",
        select=f"select * from usage_between(date '{start}', date '{end}')",
        order_by="usage_date, account_id",
        key="account_id",
        options="format parquet, compression zstd",
    )
