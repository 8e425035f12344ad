"""The sensor asks for a run when new extracts have settled, and once only."""

import os
import time
from pathlib import Path

import dagster as dg
import pytest

from pipelines.defs.schedules import SETTLED_SECONDS, build_automation
from pipelines.home import locked
from pipelines.project import environment
from tests.integration.orchestration.conftest import begin


@pytest.fixture
def sensor() -> dg.SensorDefinition:
    found = build_automation().get_sensor_def("refresh_on_new_extracts")
    assert isinstance(found, dg.SensorDefinition)
    return found


def test_it_waits_until_a_file_has_settled_and_asks_once(
    tmp_path: Path, sensor: dg.SensorDefinition
) -> None:
    company = begin(tmp_path)
    with environment(company.settings.as_environment()):
        context = dg.build_sensor_context()
        assert sensor.evaluate_tick(context).skip_message

        path = company.deliver("orders_1.csv", "o1,1,c1,2026-01-01,1.00")
        assert sensor.evaluate_tick(context).skip_message, "it is still being written"

        earlier = time.time() - SETTLED_SECONDS - 1
        os.utime(path, (earlier, earlier))
        asked = sensor.evaluate_tick(context)
        assert len(asked.run_requests or ()) == 1
        assert asked.cursor

        again = dg.build_sensor_context(cursor=asked.cursor)
        assert sensor.evaluate_tick(again).skip_message


def test_a_file_that_no_contract_claims_asks_for_nothing(
    tmp_path: Path, sensor: dg.SensorDefinition
) -> None:
    company = begin(tmp_path)
    stray = company.settings.landing / "notes.txt"
    stray.write_text("hello")
    os.utime(stray, (0, 0))
    with environment(company.settings.as_environment()):
        assert sensor.evaluate_tick(dg.build_sensor_context()).skip_message


def test_it_waits_for_a_run_that_is_at_work(
    tmp_path: Path, sensor: dg.SensorDefinition
) -> None:
    company = begin(tmp_path)
    home = company.settings.home
    home.lock.parent.mkdir(parents=True)
    path = company.deliver("orders_1.csv", "o1,1,c1,2026-01-01,1.00")
    os.utime(path, (0, 0))
    with environment(company.settings.as_environment()):
        with locked(home, "a run"):
            told = sensor.evaluate_tick(dg.build_sensor_context()).skip_message
            assert told and "at work" in told
        assert sensor.evaluate_tick(dg.build_sensor_context()).run_requests
