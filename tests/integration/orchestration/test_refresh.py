"""A whole run: first, again, and with a file that must not be read."""

import json
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from typer.testing import CliRunner

from pipelines import record
from pipelines.cli.app import app
from pipelines.dbt_build import read_manifest
from pipelines.extracts.reconcile import blocking_check_names
from pipelines.project import environment
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


def test_dagster_knows_rows_columns_and_their_origin(refreshed: Refreshed) -> None:
    home = refreshed.company.settings.home
    with (
        environment({"DAGSTER_HOME": str(home.dagster)}),
        dg.DagsterInstance.from_config(str(home.dagster)) as instance,
    ):
        event = instance.get_latest_materialization_event(
            dg.AssetKey(["sales", "fct_orders"])
        )
        raw = instance.get_latest_materialization_event(
            dg.AssetKey(["raw_shop", "order_lines"])
        )
    assert event is not None
    assert raw is not None
    assert event.asset_materialization is not None
    assert raw.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert metadata["dagster/row_count"].value == 20
    assert raw.asset_materialization.metadata["dagster/row_count"].value == 20
    schema = metadata["dagster/column_schema"].value
    assert isinstance(schema, dg.TableSchema)
    assert "order_date" in {column.name for column in schema.columns}
    lineage = metadata["dagster/column_lineage"].value
    assert isinstance(lineage, dg.TableColumnLineage)
    assert lineage.deps_by_column["order_date"]


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
