"""Runs the job in this process on the Dagster instance of a home.

Not a definition: the one place beside the definitions that speaks to Dagster.
"""

import logging
import os
import sqlite3

import dagster as dg
import sqlalchemy.exc

from pipelines import record
from pipelines.defs import build_definitions
from pipelines.defs.schedules import REFRESH
from pipelines.errors import FitmartError
from pipelines.project import Home, Settings

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""The CLI shows progress of its own; every event is in the instance all the same."""


def execute(settings: Settings, run_id: str) -> str | None:
    """Run `refresh`; what stopped it, as Dagster tells it, or None.

    The caller holds the lock of the home.

    Raises:
        FitmartError: Dagster's own files are damaged.
    """
    folder = settings.home.dagster
    os.environ["DAGSTER_HOME"] = str(folder)
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    job = build_definitions(settings).resolve_job_def(REFRESH)
    try:
        with dg.DagsterInstance.from_config(str(folder)) as instance:
            end_killed_runs(settings.home, instance, except_for=run_id)
            result = job.execute_in_process(
                instance=instance, run_id=run_id, run_config=QUIET, raise_on_error=False
            )
    except (sqlite3.DatabaseError, sqlalchemy.exc.DatabaseError) as error:
        raise FitmartError(
            "Dagster's history of runs cannot be read or written",
            file=str(folder),
            rule="history_is_readable",
            remedy="See that the disk has room. Else move this folder away and run "
            "again: it holds the history of runs and no data; extracts, ledger and "
            "publications are elsewhere.",
        ) from error
    return None if result.success else _first_failure(result)


def end_killed_runs(
    home: Home, instance: dg.DagsterInstance, *, except_for: str
) -> None:
    """Close the records of runs that died, and take back their place in the pool.

    Whoever holds the lock knows that no other run is alive. The record comes last: it
    is what says that something is left to do, should this run be killed here as well.
    A place that nobody takes back would keep every later run waiting for ever.
    """
    for found in record.read_all(home):
        if found.state != "running" or found.run_id == except_for:
            continue
        instance.event_log_storage.free_concurrency_slots_for_run(found.run_id)
        run = instance.get_run_by_id(found.run_id)
        if run is not None and not run.is_finished:
            instance.report_run_failed(run, "The process of this run was killed.")
        record.end(home, found.run_id, "killed")


def _first_failure(result: dg.ExecuteInProcessResult) -> str:
    for event in result.all_events:
        if event.event_type_value in ("STEP_FAILURE", "PIPELINE_FAILURE"):
            error = getattr(event.event_specific_data, "error", None)
            if error is not None:
                return str((error.cause or error).to_string())
    return "the job failed"
