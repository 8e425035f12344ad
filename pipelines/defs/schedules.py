"""The job `refresh`, when it runs by itself, and the sensor that asks for it.

One job in one process does everything: the warehouse has one writer, and gate and
publication have to see the run whole (decision 0003).
"""

import time
from collections.abc import Iterator

import dagster as dg

from pipelines.defs.failure import build_alert_sensor, say_why
from pipelines.extracts.arrivals import settled_files, waiting_files
from pipelines.home import is_held
from pipelines.project import Settings

REFRESH = "refresh"
SETTLED_SECONDS = 60
"""A file that has not changed for a minute is taken to be delivered whole."""


def build_automation() -> dg.Definitions:
    """The job, its daily schedule, the sensor on the landing folder, and the alarm."""
    job = dg.define_asset_job(
        REFRESH,
        selection=dg.AssetSelection.all(),
        description="Ingest, check, transform, check, publish.",
        executor_def=dg.in_process_executor,
        hooks={say_why},
        # What a step has done is in the record of its run, so that a run that was
        # killed is tried again whole.
        tags={"dagster/retry_strategy": "ALL_STEPS"},
    )
    schedule = dg.ScheduleDefinition(
        name="refresh_daily",
        job=job,
        cron_schedule="0 5 * * *",
        execution_timezone="UTC",
    )

    @dg.sensor(name="refresh_on_new_extracts", job=job, minimum_interval_seconds=60)
    def refresh_on_new_extracts(
        context: dg.SensorEvaluationContext,
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        settings = Settings.from_environment()
        if is_held(settings.home):
            # The ledger cannot be read meanwhile, and the run may take what has landed.
            yield dg.SkipReason("A run is at work on this home.")
            return
        waiting = waiting_files(settings)
        settled = settled_files(waiting, time.time(), SETTLED_SECONDS)
        if not settled or settled == context.cursor:
            yield dg.SkipReason("No new extract has settled.")
            return
        context.update_cursor(settled)
        yield dg.RunRequest(run_key=settled)

    return dg.Definitions(
        jobs=[job],
        schedules=[schedule],
        sensors=[refresh_on_new_extracts, build_alert_sensor()],
    )
