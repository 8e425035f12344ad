"""The publication as an asset: the marts file that readers see.

The gate, and how the file is written and put in place, are in `pipelines/publishing`.
"""

from collections.abc import Iterator

import dagster as dg

from pipelines.defs.ingest import DAILY
from pipelines.defs.report import report_result, report_spec
from pipelines.defs.resources import DATA_PLATFORM, POOL, Warehouse
from pipelines.publishing.columns import PUBLISHED_SCHEMAS
from pipelines.stages import publish_stage

KEY = dg.AssetKey(["marts", "publication"])


def build_publication(transform: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """The publication of all marts that dbt builds, and its report: one step.

    Readers must not have marts without their page, nor a page of other marts.
    """
    marts = sorted(
        (key for key in transform.keys if key.path[0] in PUBLISHED_SCHEMAS),
        key=lambda key: key.to_user_string(),
    )

    spec = dg.AssetSpec(
        KEY,
        description="The marts file that readers see, replaced in one step.",
        deps=marts,
        group_name="marts",
        owners=[DATA_PLATFORM],
        kinds={"python", "duckdb"},
        freshness_policy=DAILY,
    )

    @dg.multi_asset(
        name="marts__publication", specs=[spec, report_spec(KEY)], pool=POOL
    )
    def publication(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.MaterializeResult[None]]:
        home = warehouse.settings.home
        done = publish_stage(warehouse.settings, context.run.run_id)
        yield dg.MaterializeResult(
            asset_key=KEY,
            metadata={
                "publication_id": done.publication_id,
                "file": dg.MetadataValue.path(str(home.current)),
                "report": dg.MetadataValue.url(home.current_report.as_uri()),
                "path": dg.MetadataValue.path(str(done.path)),
                "is_new": done.is_new,
                "dagster/row_count": sum(done.rows.values()),
                "rows": dict(done.rows),
            },
        )
        yield report_result(home, done)

    return publication
