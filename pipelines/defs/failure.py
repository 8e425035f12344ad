"""What happens when a run fails: it says why, and whoever is to be told is told.

A failed step says so itself, however its run was started. What no step can say, that a
run could not begin or that its process died, is noticed by a sensor. The words are in
`pipelines/conclusion.py`, the sending in `pipelines/alert.py`.
"""

import traceback

import dagster as dg

from pipelines import record
from pipelines.alert import SENT, tell, tell_of_error
from pipelines.conclusion import conclude, sentence
from pipelines.errors import FitmartError
from pipelines.project import Settings


@dg.failure_hook(name="say_why")
def say_why(context: dg.HookContext) -> None:
    """End the log of a failed run with the reason and the remedy in one sentence."""
    settings = Settings.from_environment()
    if record.read(settings.home, context.run_id) is None:
        return
    done = conclude(settings, context.run_id, _words(context.op_exception))
    context.log.error(sentence(done))
    told = tell(settings, done)
    if told.alert not in (None, SENT):
        context.log.warning(f"The alert was {told.alert}.")


def build_alert_sensor() -> dg.SensorDefinition:
    """Tells of failed runs that could not tell of themselves."""

    @dg.run_failure_sensor(
        name="alert_on_failure",
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
    )
    def alert_on_failure(context: dg.RunFailureSensorContext) -> None:
        tell_of_run(
            Settings.from_environment(),
            context.dagster_run.run_id,
            context.failure_event.message or "the run failed",
        )

    return alert_on_failure


def tell_of_run(settings: Settings, run_id: str, message: str) -> None:
    """Send word of a failed run, unless it has sent it itself."""
    done = record.read(settings.home, run_id)
    remedy = "Look at the run in Dagster, and run again."
    error = FitmartError(message, rule="run_completes", remedy=remedy)
    if done is None:
        tell_of_error(settings, run_id, error)
        return
    if done.state == "running":
        # Its process is dead; the build may be another run's by now, so it stays shut.
        done = record.end(settings.home, run_id, "failed", error=error.parts)
    tell(settings, done)


def _words(error: BaseException | None) -> str | None:
    """What stopped a step and was not foreseen, and where it happened."""
    if error is None:
        return None
    # Dagster wraps it in an error of its own, but for those of its own.
    cause = error.__cause__ or error
    if isinstance(cause, dg.Failure | FitmartError):
        return None
    where = "".join(traceback.format_exception(cause))
    return f"{type(cause).__name__}: {cause}\n\n{where}"
