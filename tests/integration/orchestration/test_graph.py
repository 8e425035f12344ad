"""The graph of assets is what was reviewed: keys, parents, groups, owners, checks.

A change that was meant is written down anew, and reviewed as a difference, with:

    UPDATE_SNAPSHOT=yes .venv/bin/python -m pytest -k graph_is_as_reviewed
"""

import json
import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.defs import build_definitions

SNAPSHOT = Path(__file__).with_name("graph.json")


@pytest.fixture(scope="module")
def definitions(refreshed: Any) -> dg.Definitions:
    return build_definitions(refreshed.company.settings)


def graph(definitions: dg.Definitions) -> dict[str, Any]:
    """The graph as plain values, in a stable order."""
    assets = definitions.resolve_asset_graph()
    shown = {}
    for key in sorted(assets.materializable_asset_keys, key=dg.AssetKey.to_user_string):
        node = assets.get(key)
        shown[key.to_user_string()] = {
            "parents": sorted(parent.to_user_string() for parent in node.parent_keys),
            "group": node.group_name,
            "owners": sorted(node.owners),
            "kinds": sorted(node.kinds),
            "is_fresh_by_policy": node.freshness_policy is not None,
            "checks": sorted(check.name for check in node.check_keys),
        }
    return shown


def test_the_graph_is_as_reviewed(definitions: dg.Definitions) -> None:
    text = json.dumps(graph(definitions), indent=1) + "\n"
    if os.environ.get("UPDATE_SNAPSHOT"):
        SNAPSHOT.write_text(text)
    assert json.loads(text) == json.loads(SNAPSHOT.read_text())


def test_every_asset_is_a_schema_and_a_table(definitions: dg.Definitions) -> None:
    keys = definitions.resolve_asset_graph().materializable_asset_keys
    assert keys
    assert all(len(key.path) == 2 for key in keys)


def test_the_publication_comes_after_every_mart(definitions: dg.Definitions) -> None:
    assets = definitions.resolve_asset_graph()
    publication = assets.get(dg.AssetKey(["marts", "publication"]))
    marts = {
        key
        for key in assets.materializable_asset_keys
        if key.path[0] in ("core", "sales", "fit", "verdicts")
    }
    assert publication.parent_keys == marts


def test_every_asset_says_what_it_is_and_whose(definitions: dg.Definitions) -> None:
    assets = definitions.resolve_asset_graph()
    silent = {
        key.to_user_string(): missing
        for key in assets.materializable_asset_keys
        if (
            missing := [
                name
                for name, value in (
                    ("group", assets.get(key).group_name != "default"),
                    ("owners", assets.get(key).owners),
                    ("kinds", assets.get(key).kinds),
                    ("description", (assets.get(key).description or "").strip()),
                )
                if not value
            ]
        )
    }
    assert silent == {}


def test_every_check_says_what_it_claims(definitions: dg.Definitions) -> None:
    assets = definitions.resolve_asset_graph()
    python_checks = [
        spec
        for node in assets.asset_check_keys
        for spec in [assets.get_check_spec(node)]
        if spec.metadata is None or "dagster_dbt/unique_id" not in spec.metadata
    ]
    assert python_checks
    assert [spec.name for spec in python_checks if not spec.description] == []


def test_one_job_does_everything_in_one_process(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def("refresh")
    assert job.executor_def is dg.in_process_executor
    steps = {node.name for node in job.nodes}
    assert steps == {
        "ingest",
        "check_feeds",
        "transform",
        "check_marts",
        "marts__publication",
    }


def test_the_job_is_scheduled_every_day(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("refresh_daily")
    assert schedule.job_name == "refresh"
    assert schedule.cron_schedule == "0 5 * * *"
