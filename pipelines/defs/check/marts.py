"""The Python checks of every published mart: the build against what readers have.

What is compared with what is in `pipelines/publishing/mart_checks.py`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from pipelines.defs.check.feeds import check_result, stop_if_failed
from pipelines.defs.resources import POOL, Warehouse
from pipelines.facts import relation_of
from pipelines.publishing.mart_checks import CLAIMS, mart_checks
from pipelines.stages import compare_stage


def build_mart_checks(manifest: Mapping[str, Any]) -> dg.AssetChecksDefinition:
    """All checks of all marts, in one step between the build and its publication."""
    relations = {
        relation_of(manifest["nodes"][unique_id]): checks
        for unique_id, checks in mart_checks(manifest).items()
    }
    specs = {
        f"{relation}.{check}": dg.AssetCheckSpec(
            check,
            asset=dg.AssetKey(relation.split(".")),
            description=CLAIMS[check],
            blocking=True,
        )
        for relation, checks in relations.items()
        for check in checks
    }

    @dg.multi_asset_check(name="check_marts", specs=list(specs.values()), pool=POOL)
    def check_marts(
        context: dg.AssetCheckExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.AssetCheckResult]:
        outcomes = compare_stage(warehouse.settings, context.run.run_id)
        for outcome in outcomes:
            yield check_result(specs[outcome.name], outcome)
        stop_if_failed(warehouse.settings, context.run.run_id, outcomes)

    return check_marts
