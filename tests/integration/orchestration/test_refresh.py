"""A whole run: first, again, and with a file that must not be read."""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from typer.testing import CliRunner

from pipelines import record
from pipelines.cli.app import app
from pipelines.dbt_build import read_manifest
from pipelines.defs import build_definitions
from pipelines.defs.schedules import REFRESH
from pipelines.extracts.reconcile import blocking_check_names
from pipelines.preview import key_figures
from pipelines.project import environment
from pipelines.publishing.columns import is_published
from pipelines.publishing.mart_checks import mart_check_names
from pipelines.publishing.outcome import PublicationRefusedError
from pipelines.publishing.swap import current_id
from pipelines.run import refresh
from pipelines.stages import publish_stage
from tests.integration.orchestration.conftest import Company, Refreshed


def marts(company: Company, query: str) -> list[tuple[object, ...]]:
    path = str(company.settings.home.current)
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_first_run_publishes_what_was_delivered(refreshed: Refreshed) -> None:
    summary = refreshed.summary
    assert summary.record.state == "published"
    assert summary.is_good
    assert summary.record.extracts["loaded"] == 1
    assert summary.record.feeds["shop.order_lines"]["rows"] == 20
    assert marts(refreshed.company, "select count(*) from sales.fct_orders") == [(20,)]
    assert marts(
        refreshed.company,
        "select numerator, denominator from sales.sales_repeat_rate__cohort_month "
        "where segment_id = 'all' and cohort_label = 'all' "
        "and window_label = 'to_date'",
    ) == [(10, 10)]


def test_a_run_tells_how_far_it_is(refreshed: Refreshed) -> None:
    assert refreshed.stages == (
        "prepare",
        "ingest",
        "check",
        "transform",
        "compare",
        "publish",
    )
    assert refreshed.nodes_told == sum(refreshed.summary.record.nodes.values())


def test_every_check_that_the_gate_expects_has_run(refreshed: Refreshed) -> None:
    outcomes = refreshed.summary.record.outcomes
    assert outcomes is not None
    manifest = read_manifest(refreshed.company.settings.home)
    expected = blocking_check_names() | mart_check_names(manifest)
    assert {outcome.name for outcome in outcomes} == expected
    assert all(outcome.passed for outcome in outcomes)


def test_a_feed_that_stopped_is_told_but_blocks_nothing(refreshed: Refreshed) -> None:
    (alarm,) = refreshed.summary.record.alarms
    assert alarm.name == "orders_arrived_on_time"
    assert alarm.passed, "the extract was seen after the as-of date"


def shown(company: Company, *keys: str) -> list[dict[str, Any]]:
    """What Dagster shows of the last materialization of each asset."""
    home = company.settings.home
    with (
        environment({"DAGSTER_HOME": str(home.dagster)}),
        dg.DagsterInstance.from_config(str(home.dagster)) as instance,
    ):
        events = [
            instance.get_latest_materialization_event(dg.AssetKey(key.split("/")))
            for key in keys
        ]
    materialized = [event.asset_materialization for event in events if event]
    return [dict(one.metadata) for one in materialized if one]


def test_dagster_knows_rows_columns_and_their_origin(refreshed: Refreshed) -> None:
    metadata, raw = shown(refreshed.company, "sales/fct_orders", "raw_shop/order_lines")
    assert metadata["dagster/row_count"].value == 20
    assert raw["dagster/row_count"].value == 20
    schema = metadata["dagster/column_schema"].value
    assert isinstance(schema, dg.TableSchema)
    assert "order_date" in {column.name for column in schema.columns}
    lineage = metadata["dagster/column_lineage"].value
    assert isinstance(lineage, dg.TableColumnLineage)
    assert lineage.deps_by_column["order_date"]
    described = {column.name: column.description for column in schema.columns}
    assert all(described.values()), "every column of a mart is described"


def test_dagster_shows_a_mart_and_its_number_to_watch(refreshed: Refreshed) -> None:
    (metadata,) = shown(refreshed.company, "sales/fct_orders")
    assert metadata["orders that count"] == dg.FloatMetadataValue(20.0)
    preview = metadata["preview"]
    assert isinstance(preview, dg.MarkdownMetadataValue)
    header, _, *rows = preview.value.split("\n\n")[0].split("\n")
    assert len(rows) == 5
    assert "net_amount" in header
    assert "customer_key" not in header, "what is hashed for readers is left out"


def test_every_sql_model_has_the_lineage_of_its_columns(refreshed: Refreshed) -> None:
    manifest = read_manifest(refreshed.company.settings.home)
    keys = [
        f"{node['schema']}/{node['name']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["language"] == "sql"
    ]
    metadata = shown(refreshed.company, *keys)
    assert len(metadata) == len(keys)
    missing = [
        key
        for key, one in zip(keys, metadata, strict=True)
        if "dagster/column_lineage" not in one
    ]
    assert missing == []


def test_the_publication_links_its_file_and_its_report(refreshed: Refreshed) -> None:
    (metadata,) = shown(refreshed.company, "marts/publication")
    file = metadata["file"]
    assert isinstance(file, dg.PathMetadataValue)
    assert file.value == str(refreshed.company.settings.home.current)
    assert Path(str(metadata["path"].value)).is_file()
    report = metadata["report"]
    assert isinstance(report, dg.UrlMetadataValue)
    page = refreshed.company.settings.home.current_report
    assert report.value == page.as_uri()
    assert page.is_file()


def test_a_run_ends_with_the_report_of_what_it_published(refreshed: Refreshed) -> None:
    """The company has delivered orders only: the page says what it cannot show."""
    home = refreshed.company.settings.home
    (metadata,) = shown(refreshed.company, "reports/report")
    assert metadata["current"].value == str(home.current_report)
    page = home.current_report.read_text()
    assert metadata["bytes"].value == len(page.encode()) < 3_000_000
    assert f"<code>{metadata['publication_id'].value}</code>" in page
    assert home.current.readlink().stem == home.current_report.readlink().stem
    assert "Nothing to show: no subscription has been delivered." in page
    assert ">shop.order_lines</th>" in page, "its extracts are in the data quality"


def test_every_mart_has_a_number_to_watch_that_can_be_read(
    refreshed: Refreshed,
) -> None:
    home = refreshed.company.settings.home
    manifest = read_manifest(home)
    figures = key_figures(manifest)
    marts = {
        f"{node['schema']}.{node['name']}"
        for node in manifest["nodes"].values()
        if is_published(node)
    }
    assert marts - figures.keys() == set()
    with duckdb.connect(str(home.build), read_only=True) as build:
        for relation, figure in figures.items():
            where = f" where {figure['where']}" if "where" in figure else ""
            query = f"select cast({figure['value']} as double) from {relation}{where}"
            assert len(build.execute(query).fetchall()) == 1, relation


def test_each_data_test_says_what_it_expected_and_found(refreshed: Refreshed) -> None:
    home = refreshed.company.settings.home
    with (
        environment({"DAGSTER_HOME": str(home.dagster)}),
        dg.DagsterInstance.from_config(str(home.dagster)) as instance,
    ):
        events = instance.all_logs(
            refreshed.summary.record.run_id,
            of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION,
        )
    evaluations = [event.dagster_event.event_specific_data for event in events]
    assert len(evaluations) > 300
    for found in evaluations:
        told = found.metadata.keys()
        assert {"expected", "observed", "difference", "examples"} <= told


def test_half_a_manifest_of_a_killed_run_stops_nobody(refreshed: Refreshed) -> None:
    settings = refreshed.company.settings
    (settings.home.dbt_target / "manifest.json").write_bytes(b'{"metadata": {"dbt_sc')
    assert build_definitions(settings).resolve_job_def(REFRESH)


def test_a_second_run_finds_that_nothing_has_changed(refreshed: Refreshed) -> None:
    before = current_id(refreshed.company.settings.home)
    summary = refresh(refreshed.company.settings)
    assert summary.record.state == "unchanged"
    assert summary.is_good
    assert summary.record.extracts["known already"] == 1
    assert current_id(refreshed.company.settings.home) == before


def test_a_broken_extract_is_refused_and_readers_keep_what_they_had(
    refreshed: Refreshed,
) -> None:
    company, home = refreshed.company, refreshed.company.settings.home
    before = current_id(home)
    broken = company.deliver("orders_2.csv", "o90,1,c1,2026-05-01,not money")
    try:
        with environment(company.settings.as_environment()):
            result = CliRunner().invoke(app, ["run"])
    finally:
        broken.unlink()
    assert result.exit_code == 2
    assert "orders_2.csv" in result.output
    assert "fitmart extracts" in result.output
    assert current_id(home) == before
    newest = record.read_all(home)[0]
    assert newest.state == "refused"
    names = {refusal.check for refusal in newest.refusals}
    assert "extract_refused" in names
    assert newest.invocation_id is None, "dbt did not run on what did not reconcile"


def test_records_are_plain_json_that_reads_back(refreshed: Refreshed) -> None:
    home = refreshed.company.settings.home
    run_id = refreshed.summary.record.run_id
    assert record.read(home, run_id) == refreshed.summary.record
    document = json.loads(Path(home.runs / f"{run_id}.json").read_text())
    assert document["publication"]["is_new"] is True


def test_publishing_without_a_build_of_this_run_is_refused(
    refreshed: Refreshed,
) -> None:
    with pytest.raises(PublicationRefusedError, match="has not built the marts"):
        publish_stage(refreshed.company.settings, "a-run-that-never-was")
