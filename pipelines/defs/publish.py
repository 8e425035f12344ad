"""The publication as an asset: the marts file that readers see.

The gate, and how the file is written and put in place, are in `pipelines/publishing`.
"""

import dagster as dg

from pipelines.defs.ingest import DAILY
from pipelines.defs.resources import DATA_PLATFORM, POOL, Warehouse
from pipelines.publishing.columns import PUBLISHED_SCHEMAS
from pipelines.stages import publish_stage


def build_publication(transform: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """The publication of all marts that dbt builds."""
    marts = sorted(
        (key for key in transform.keys if key.path[0] in PUBLISHED_SCHEMAS),
        key=lambda key: key.to_user_string(),
    )

    @dg.asset(
        key=["marts", "publication"],
        description="The marts file that readers see, replaced in one step.",
        deps=marts,
        group_name="marts",
        owners=[DATA_PLATFORM],
        kinds={"python", "duckdb"},
        freshness_policy=DAILY,
        pool=POOL,
    )
    def publication(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> dg.MaterializeResult[None]:
        done = publish_stage(warehouse.settings, context.run.run_id)
        return dg.MaterializeResult(
            metadata={
                "publication_id": done.publication_id,
                "file": dg.MetadataValue.path(str(warehouse.settings.home.current)),
                "path": dg.MetadataValue.path(str(done.path)),
                "is_new": done.is_new,
                "dagster/row_count": sum(done.rows.values()),
                "rows": dict(done.rows),
            }
        )

    return publication
