"""One asset per feed: its raw table, filled by the one step that ingests everything.

How extracts are read is in `pipelines/extracts`.
"""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from pipelines.defs.resources import DATA_PLATFORM, POOL, Warehouse
from pipelines.extracts.feed import LINEAGE_COLUMNS, Feed, load_feeds
from pipelines.stages import ingest_stage

DAILY = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)
)
"""The job runs every day; a morning is allowed for putting a failure right."""


def feed_key(feed: Feed) -> dg.AssetKey:
    return dg.AssetKey([f"raw_{feed.source}", feed.table])


def build_ingest() -> dg.AssetsDefinition:
    """The assets of all feeds. They are loaded together: one ledger, one order."""
    feeds = load_feeds()

    @dg.multi_asset(
        name="ingest", specs=[feed_spec(feed) for feed in feeds.values()], pool=POOL
    )
    def ingest(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.MaterializeResult[None]]:
        done = ingest_stage(warehouse.settings, context.run.run_id)
        for name, feed in feeds.items():
            counts = dict(done.feeds[name])
            metadata = {"dagster/row_count": counts.pop("rows"), **counts}
            yield dg.MaterializeResult(asset_key=feed_key(feed), metadata=metadata)

    return ingest


def feed_spec(feed: Feed) -> dg.AssetSpec:
    """One raw table as an asset."""
    columns = [
        *feed.raw_columns.items(),
        *(
            (name, kind.removesuffix(" not null"))
            for name, kind in LINEAGE_COLUMNS.items()
        ),
    ]
    schema = dg.TableSchema(
        columns=[dg.TableColumn(name, kind) for name, kind in columns]
    )
    return dg.AssetSpec(
        key=feed_key(feed),
        description=feed.description,
        group_name=f"raw_{feed.source}",
        owners=[DATA_PLATFORM],
        kinds={"python", "duckdb"},
        metadata={"dagster/column_schema": schema},
        freshness_policy=DAILY,
    )
