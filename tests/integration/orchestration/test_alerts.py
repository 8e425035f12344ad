"""A run that does not publish says why, to whoever is to be told, however it began."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner

from pipelines import record
from pipelines.alert import SENT
from pipelines.cli.app import app
from pipelines.conclusion import sentence
from pipelines.defs import build_definitions
from pipelines.defs.check.feeds import check_result
from pipelines.defs.failure import tell_of_run
from pipelines.defs.schedules import REFRESH
from pipelines.errors import FitmartError
from pipelines.extracts.reconcile import blocking_check_names
from pipelines.project import Settings, environment
from pipelines.run import refresh
from pipelines.stages import check_stage
from tests.integration.orchestration.conftest import Company, Refreshed
from tests.unit.webhook import Webhook, listening

BROKEN = "o91,1,c1,2026-05-01,not money"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with listening() as webhook:
        yield webhook


@pytest.fixture(scope="module")
def company(refreshed: Refreshed, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company after its first run: what is refused here would block the others."""
    return refreshed.copied_to(tmp_path_factory.mktemp("alerts") / "company")


@pytest.fixture
def broken(company: Company, webhook: Webhook) -> Iterator[Settings]:
    """A landing with a file that must not be read, and somebody to be told."""
    file = company.deliver("orders_9.csv", BROKEN)
    yield replace(company.settings, alert_webhook_url=webhook.url)
    file.unlink()


def scheduled(settings: Settings) -> dg.ExecuteInProcessResult:
    """Run the job as Dagster does for a schedule or a sensor: without our `refresh`."""
    with (
        environment(
            {
                **settings.as_environment(),
                "DAGSTER_HOME": str(settings.home.dagster),
            }
        ),
        dg.DagsterInstance.from_config(str(settings.home.dagster)) as instance,
    ):
        job = build_definitions(settings).resolve_job_def(REFRESH)
        return job.execute_in_process(instance=instance, raise_on_error=False)


def test_a_scheduled_run_that_ends_well_says_so(company: Company) -> None:
    result = scheduled(company.settings)
    assert result.success
    assert record.required(company.settings.home, result.run_id).state == ("unchanged")


def test_make_run_tells_the_webhook_why(broken: Settings, webhook: Webhook) -> None:
    summary = refresh(broken)
    assert summary.record.state == "refused"
    assert summary.record.alert == SENT
    (posted,) = webhook.posted
    assert posted["run_id"] == summary.record.run_id
    assert "orders_9.csv" in posted["reason"]
    assert "fitmart extracts" in posted["remedy"]
    assert (
        "shop.order_lines.records_in_files_equal_records_in_tables"
        in posted["failed_checks"]
    )
    assert "not money" not in str(posted)
    assert (
        webhook.url not in (broken.home.runs / f"{posted['run_id']}.json").read_text()
    )


def test_a_scheduled_run_tells_the_webhook_and_its_own_log(
    broken: Settings, webhook: Webhook
) -> None:
    result = scheduled(broken)
    assert not result.success
    done = record.required(broken.home, result.run_id)
    assert (done.state, done.alert) == ("refused", SENT)
    (posted,) = webhook.posted
    assert posted["run_id"] == result.run_id
    (failed,) = [
        event for event in result.all_events if event.event_type_value == "STEP_FAILURE"
    ]
    error: Any = failed.event_specific_data
    assert sentence(done) in error.error_display_string
    assert "orders_9.csv" in sentence(done)
    assert "fitmart extracts" in sentence(done)


@pytest.mark.parametrize("status", [0, 500])
def test_a_webhook_out_of_order_changes_nothing_but_says_so(
    broken: Settings, webhook: Webhook, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.alert.ANSWER_SECONDS", 0.5)
    webhook.status = status
    with environment(broken.as_environment()):
        result = CliRunner().invoke(app, ["run"])
    assert result.exit_code == 2
    assert "Alert not sent" in result.output
    newest = record.read_all(broken.home)[0]
    assert newest.state == "refused"
    assert len(webhook.posted) == 1, "one try in the run"
    # A Dagster that watches tries again, and only until it was sent.
    webhook.status = 200
    for _ in range(2):
        tell_of_run(broken, newest.run_id, "Steps failed")
    assert record.required(broken.home, newest.run_id).alert == SENT
    assert len(webhook.posted) == 2


def test_a_run_that_could_not_begin_is_told_of(
    company: Company, webhook: Webhook, tmp_path: Path
) -> None:
    contracts = tmp_path / "contracts"
    shutil.copytree(company.settings.contracts, contracts)
    (contracts / "orders.yml").write_text("contract: orders\nfeed: nonsense\n")
    settings = replace(
        company.settings, contracts=contracts, alert_webhook_url=webhook.url
    )
    with pytest.raises(FitmartError):
        refresh(settings)
    with pytest.raises(FitmartError):
        refresh(replace(settings, min_free_mb=10**9))
    assert len(webhook.posted) == 2
    assert "orders.yml" in webhook.posted[0]["reason"]
    assert "MB are free" in webhook.posted[1]["reason"]


def test_an_error_that_nobody_foresaw_is_told_of(
    company: Company, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("pipelines.run._run_job", fail)
    settings = replace(company.settings, alert_webhook_url=webhook.url)
    with pytest.raises(OSError, match="Input/output"):
        refresh(settings)
    (posted,) = webhook.posted
    assert "the run failed unexpectedly (OSError)" in posted["reason"]
    newest = record.read_all(settings.home)[0]
    assert (newest.state, newest.alert) == ("failed", SENT)


def test_a_run_whose_process_died_is_told_of_by_the_sensor(
    company: Company, webhook: Webhook
) -> None:
    settings = replace(company.settings, alert_webhook_url=webhook.url)
    record.start(settings, "a-run-that-died")
    tell_of_run(settings, "a-run-that-died", "Run process exited with code -9")
    tell_of_run(settings, "a-run-without-a-record", "The home is held")
    assert [posted["run_id"] for posted in webhook.posted] == [
        "a-run-that-died",
        "a-run-without-a-record",
    ]
    assert "exited with code -9" in webhook.posted[0]["reason"]
    assert record.required(settings.home, "a-run-that-died").state == "failed"


def test_the_alarm_watches_the_job_without_being_switched_on(
    company: Company,
) -> None:
    definitions = build_definitions(company.settings)
    sensor = definitions.resolve_sensor_def("alert_on_failure")
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING


def test_a_feed_that_did_not_come_raises_an_alarm_of_its_own(
    company: Company, tmp_path: Path
) -> None:
    contracts = tmp_path / "contracts"
    shutil.copytree(company.settings.contracts, contracts)
    text = (contracts / "orders.yml").read_text()
    text = text.replace("contract: orders", "contract: refunds")
    text = text.replace("webshop", "refund_tool").replace("orders_*", "refunds_*")
    (contracts / "refunds.yml").write_text(text)
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    settings = replace(company.settings, contracts=contracts, as_of=tomorrow)
    record.start(settings, "a-morning")
    done = check_stage(settings, "a-morning")
    record.end(settings.home, "a-morning", "unchanged")
    late = {alarm.name: alarm for alarm in done.alarms if not alarm.passed}
    assert late.keys() == {"refunds_arrived_on_time"}
    alarm = late["refunds_arrived_on_time"]
    assert "late" in alarm.difference
    assert alarm.remedy
    # It warns, and the gate does not know it.
    checks = build_definitions(settings).resolve_asset_graph()
    specs = [checks.get_check_spec(key) for key in checks.asset_check_keys]
    (spec,) = [one for one in specs if one.name == alarm.name]
    assert not spec.blocking
    assert check_result(spec, alarm).severity == dg.AssetCheckSeverity.WARN
    assert alarm.name not in blocking_check_names()
