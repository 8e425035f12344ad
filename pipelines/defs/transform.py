"""The dbt project as assets, and its data tests as checks: one invocation per run.

How dbt is run and read is in `pipelines/dbt_build.py`; what the models mean in
`models/`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import dagster_dbt as dd

from pipelines.conclusion import keep_reasons
from pipelines.defs.ingest import DAILY
from pipelines.defs.metadata import check_metadata, table_metadata
from pipelines.defs.resources import POOL, Warehouse
from pipelines.facts import relation_of
from pipelines.project import ROOT
from pipelines.publishing.columns import PUBLISHED_SCHEMAS
from pipelines.stages import Transformed, transform_stage

UNIQUE_ID = "dagster_dbt/unique_id"
DbtEvent = dg.Output[None] | dg.AssetCheckResult


class Translator(dd.DagsterDbtTranslator):
    """Asset key and group are the schema and name that readers type."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        return dg.AssetKey(relation_of(dbt_resource_props).split("."))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return str(dbt_resource_props["schema"])


def build_transform(manifest_file: Path) -> dg.AssetsDefinition:
    """The assets and checks of a manifest."""
    settings = dd.DagsterDbtTranslatorSettings(
        enable_source_tests_as_checks=True, enable_code_references=True
    )

    @dd.dbt_assets(
        name="transform",
        manifest=manifest_file,
        project=dd.DbtProject(
            project_dir=ROOT, profiles_dir=ROOT, target_path=manifest_file.parent
        ),
        dagster_dbt_translator=Translator(settings),
        pool=POOL,
    )
    def transform(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> Iterator[DbtEvent]:
        done = transform_stage(warehouse.settings, context.run.run_id)
        yield from _materializations(context, done)
        yield from _check_results(context, done)
        if not done.result.is_success:
            reason = keep_reasons(warehouse.settings, context.run.run_id)
            raise dg.Failure(reason, metadata=dict(done.result.statuses))

    return transform.map_asset_specs(_with_freshness)


def _with_freshness(spec: dg.AssetSpec) -> dg.AssetSpec:
    is_published = spec.key.path[0] in PUBLISHED_SCHEMAS
    return spec.replace_attributes(freshness_policy=DAILY) if is_published else spec


def _materializations(
    context: dg.AssetExecutionContext, done: Transformed
) -> Iterator[dg.Output[None]]:
    """What was built, with its columns, where they come from, and its rows.

    In the order in which dbt built it: Dagster wants parents before their children.
    """
    keys = {spec.metadata[UNIQUE_ID]: spec.key for spec in context.assets_def.specs}
    for unique_id, result in done.result.results.items():
        key = keys.get(unique_id)
        if key is None or key not in context.selected_asset_keys:
            continue
        if result["status"] == "success":
            name = key.to_python_identifier()
            metadata = table_metadata(key, done, unique_id)
            yield dg.Output(None, name, metadata=metadata)


def _check_results(
    context: dg.AssetExecutionContext, done: Transformed
) -> Iterator[dg.AssetCheckResult]:
    """What every data test found, source tests included."""
    results = done.result.results
    for spec in context.assets_def.check_specs:
        unique_id = (spec.metadata or {})[UNIQUE_ID]
        result = results.get(unique_id)
        if result is None or result["status"] == "skipped":
            continue
        is_warning = result["status"] == "warn"
        yield dg.AssetCheckResult(
            asset_key=spec.asset_key,
            check_name=spec.name,
            passed=result["status"] == "pass",
            severity=dg.AssetCheckSeverity.WARN
            if is_warning
            else dg.AssetCheckSeverity.ERROR,
            metadata=check_metadata(done, unique_id),
        )
