"""A run that Dagster's daemon starts by itself publishes like one that a person starts.

Everything is as it is in use: the daemon, its code server and the run are processes of
their own, and the sensor alone asks for the run. It takes a minute or two, so that only
`make torture` runs it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from pipelines.defs.schedules import SETTLED_SECONDS
from pipelines.project import ROOT, environment
from tests.torture.company import Company

SENSOR = "refresh_on_new_extracts"
PATIENCE_SECONDS = 1200


@contextmanager
def daemon(company: Company) -> Iterator[Path]:
    """Dagster's daemon on a home whose sensor is switched on; where its log is."""
    log = company.home.parent / "daemon.log"
    code = ("-m", "pipelines.definitions")
    subprocess.run(
        [sys.executable, "-m", "pipelines.home"], env=company.environment, check=True
    )
    switched_on = subprocess.run(
        [sys.executable, "-m", "dagster", "sensor", "start", *code, SENSOR],
        env=company.environment,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert switched_on.returncode == 0, switched_on.stdout + switched_on.stderr
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "dagster._daemon", "run", *code],
            env=company.environment,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield log
    finally:
        # The code server and a run that still goes on are of the same session.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def ended_runs(company: Company) -> list[dg.DagsterRun]:
    folder = str(company.home / "dagster")
    with (
        environment({"DAGSTER_HOME": folder}),
        dg.DagsterInstance.from_config(folder) as instance,
    ):
        return [run for run in instance.get_runs() if run.is_finished]


@pytest.mark.torture
@pytest.mark.skipif("FITMART_KILLS" not in os.environ, reason="part of make torture")
def test_an_extract_that_lands_is_published_by_a_run_of_the_daemon(
    tmp_path: Path,
) -> None:
    company = Company(tmp_path)
    with daemon(company) as log:
        path = company.deliver(0)
        # As if it had lain there for long enough to be whole.
        settled = time.time() - SETTLED_SECONDS - 1
        os.utime(path, (settled, settled))
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not (ended := ended_runs(company)) and time.monotonic() < give_up:
            time.sleep(2)
    assert [run.status for run in ended] == [dg.DagsterRunStatus.SUCCESS], (
        log.read_text()[-5000:]
    )
    assert ended[0].tags["dagster/sensor_name"] == SENSOR
    assert [row[3] for row in company.ledger()] == [300]
    assert company.published_orders() == 300
