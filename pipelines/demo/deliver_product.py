"""The product: daily use as Parquet, releases and who got them, what customers say."""

from datetime import date

from pipelines.demo.courier import Bad, Courier, Drop
from pipelines.demo.exports import Export, deliver_exports, instant, text
from pipelines.demo.world import World

RELEASES = Export(
    feed="product.releases",
    source_system="roadmap",
    path="product/releases",
    macro="releases",
    columns=", ".join(
        (
            "release_id as id",
            instant("released_at", "released"),
            "release_name as name",
            "theme",
            "segment as target_market",
            instant("rollout_end_at", "rollout_end"),
            "impact_model",
        )
    ),
    key="id",
    order_by="id",
)
EXPOSURES = Export(
    feed="product.release_exposures",
    source_system="roadmap",
    path="product/exposures",
    macro="exposures",
    columns="release_id as release, account_id as account, "
    + instant("exposed_at", "exposed"),
    key="account",
    order_by="release, account",
)
FEEDBACK = Export(
    feed="product.feedback",
    source_system="helpdesk",
    path="feedback/remarks",
    macro="feedback",
    columns=", ".join(
        (
            "feedback_id as id",
            "account_id as account",
            "contact_id as contact",
            instant("given_at", "given"),
            "channel",
            "body",
            "theme as tag",
            text("opportunity_id", "opportunity"),
        )
    ),
    key="id",
    order_by="id",
    options="format json",
    suffix="jsonl",
    bad=(
        Bad("time_is_readable", "given", "'last week'", 2),
        Bad("required_is_present", "given", "null", 1),
    ),
)


def deliver_releases(courier: Courier, drops: tuple[Drop, ...]) -> None:
    """Write releases, who got them and what customers say, and no use."""
    deliver_exports(courier, (RELEASES, EXPOSURES, FEEDBACK), drops)


def deliver_product(courier: Courier, world: World, drops: tuple[Drop, ...]) -> None:
    """Write releases, exposures and feedback, and every day of use once."""
    deliver_releases(courier, drops)
    starts = world.month_starts
    for number in range(0, world.months, 3):
        start, end = starts[number], starts[min(number + 3, world.months)]
        _deliver_usage(courier, drops[0], start, end, f"from_{start:%Y-%m}")
    since = world.as_of
    for drop in drops[1:]:
        _deliver_usage(courier, drop, since, drop.until, f"to_{drop.until}")
        since = drop.until


def _deliver_usage(
    courier: Courier, drop: Drop, start: date, end: date, name: str
) -> None:
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
