"""Dagster at the edge: assets, checks, the job, its schedule and its sensor.

Bodies call plain functions (`pipelines/stages.py`); what is computed is never in here.
`build_definitions` puts a code location together, for the environment or for a test.
"""

import dagster as dg

from pipelines.dbt_build import prepare_manifest, read_manifest
from pipelines.defs.check.feeds import build_feed_checks
from pipelines.defs.check.marts import build_mart_checks
from pipelines.defs.ingest import build_ingest
from pipelines.defs.publish import build_publication
from pipelines.defs.resources import Warehouse
from pipelines.defs.schedules import build_automation
from pipelines.defs.transform import build_transform
from pipelines.extracts.contract_files import load_contracts
from pipelines.project import Settings


def build_definitions(settings: Settings) -> dg.Definitions:
    """The code location for one home.

    dbt parses the project here when its manifest is missing or older than the project:
    the assets are those of the manifest.

    Raises:
        FitmartError: A contract or the dbt project is not valid.
    """
    manifest_file = prepare_manifest(settings)
    transform = build_transform(manifest_file)
    data = dg.Definitions(
        assets=[build_ingest(), transform, build_publication(transform)],
        asset_checks=[
            build_feed_checks(load_contracts(settings.contracts)),
            build_mart_checks(read_manifest(settings.home)),
        ],
        resources={"warehouse": Warehouse()},
        executor=dg.in_process_executor,
    )
    return dg.Definitions.merge(data, build_automation())
