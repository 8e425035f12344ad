"""Runs the job `refresh` in this process, and says what came of it.

What happens in a run is in `stages.py` and `defs/`; how it looks to a person is in
`cli/`. A run that a schedule or sensor starts goes through the same job and gate.
"""

import os
import uuid
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pipelines import record
from pipelines.dbt_build import is_customer_value_asked_for
from pipelines.errors import FitmartError
from pipelines.extracts.contract_files import load_contracts
from pipelines.extracts.landing import list_landing
from pipelines.home import opened
from pipelines.progress import Listener, report, watched
from pipelines.project import Home, Settings, environment
from pipelines.publishing.swap import current_id


@dataclass(frozen=True)
class RunSummary:
    """What a run did, and what readers see after it."""

    record: record.RunRecord
    home: Home
    current: str | None

    @property
    def is_good(self) -> bool:
        """A publication was made, or nothing had changed."""
        return self.record.state in ("published", "unchanged")


def refresh(
    settings: Settings, on_progress: Listener | None = None, *, wait: bool = False
) -> RunSummary:
    """Ingest, check, transform and publish, once.

    Args:
        settings: What to run on. The environment says the same while the run lasts,
            since the job reads it from there, however it is started.
        on_progress: Told how far the run is.
        wait: Wait for another run of this home instead of refusing to start.

    Raises:
        FitmartError: The home, a contract or the dbt project cannot be used; a refusal
            of the gate is in the summary instead.
    """
    run_id = str(uuid.uuid4())
    try:
        return _refreshed(settings, run_id, on_progress, wait=wait)
    except FitmartError as error:
        _tell(settings, run_id, error)
        raise
    except Exception as error:
        # Somebody has to hear of what nobody foresaw as well.
        _tell(settings, run_id, _unforeseen(error))
        raise


def _unforeseen(error: Exception) -> FitmartError:
    """What is said of an error of which only the trace tells more."""
    return FitmartError(
        f"the run failed unexpectedly ({type(error).__name__})",
        rule="run_ends_as_foreseen",
        remedy="Look at the trace that the run has left, and run again.",
    )


def _refreshed(
    settings: Settings, run_id: str, on_progress: Listener | None, *, wait: bool
) -> RunSummary:
    purpose = f"run {run_id}"
    with (
        environment(settings.as_environment()),
        watched(on_progress),
        opened(settings, purpose, wait=wait),
    ):
        report("prepare", current="looking for new code and extracts")
        if settings.kind == "demo":
            _deliver_demo(settings)
        record.start(settings, run_id)
        try:
            _look_at_input(settings)
            error = _run_job(settings, run_id)
        except FitmartError as known:
            record.end(settings.home, run_id, "failed", error=known.parts)
            raise
        except Exception as unknown:
            parts = _unforeseen(unknown).parts
            record.end(settings.home, run_id, "failed", error=parts)
            raise
        return _summary(settings, run_id, error)


def _deliver_demo(settings: Settings) -> None:
    """Generate the demo's extracts into the landing of a home that has none."""
    from pipelines.demo.generate import generate  # noqa: PLC0415 (only the demo)

    # The truth is written last: without it the landing was not finished.
    if not (settings.home.landing / "truth.json").exists():
        report("prepare", current="generating the demo company")
        generate(settings.home.landing)


def _look_at_input(settings: Settings) -> None:
    """Find what is wrong with the input before seconds are spent on anything else.

    Raises:
        FitmartError: A folder that was named is not there, a contract is not valid, or
            what was asked for cannot be computed here.
    """
    seeds = os.environ.get("SEEDS")
    if seeds and not Path(seeds).expanduser().is_dir():
        raise FitmartError(
            "there is no such folder of seeds",
            file=seeds,
            rule="seeds_exist",
            remedy="Name a copy of `seeds` with your decisions, or leave SEEDS out.",
        )
    if is_customer_value_asked_for() and find_spec("scipy") is None:
        raise FitmartError(
            "CUSTOMER_VALUE asks for models that need scipy, which is not installed",
            rule="customer_value_has_its_extra",
            remedy="Install the extra with `pip install 'fitmart[clv]'`,"
            " or leave CUSTOMER_VALUE out.",
        )
    load_contracts(settings.contracts)
    list_landing(settings.landing)


def _run_job(settings: Settings, run_id: str) -> str | None:
    """Run the job; what it failed with, when that is not a failed check or the gate."""
    # Dagster takes seconds to import, and a refused home need not wait for it.
    from pipelines.defs.instance import execute  # noqa: PLC0415

    return execute(settings, run_id)


def _summary(settings: Settings, run_id: str, failure: str | None) -> RunSummary:
    """How the run ended.

    Raises:
        FitmartError: Something else than a check stopped the run.
    """
    # dbt and the gate come with it, which a refused home need not wait for.
    from pipelines.conclusion import conclude, error_of  # noqa: PLC0415

    ended = conclude(settings, run_id, failure)
    error = error_of(ended)
    if error is not None:
        raise error
    if ended.state == "refused":
        ended = _told(settings, ended)
    return RunSummary(ended, settings.home, current_id(settings.home))


def _tell(settings: Settings, run_id: str, error: FitmartError) -> None:
    """Send word of an error, where somebody is to be told and was not yet."""
    if settings.alert_webhook_url is None:
        return
    from pipelines.alert import tell_of_error  # noqa: PLC0415

    done = record.read(settings.home, run_id)
    if done is None:
        tell_of_error(settings, run_id, error)
    else:
        _told(settings, done)


def _told(settings: Settings, done: record.RunRecord) -> record.RunRecord:
    """Send word of a run, unless its failed step has tried already."""
    if settings.alert_webhook_url is None or done.alert is not None:
        return done
    from pipelines.alert import tell  # noqa: PLC0415

    return tell(settings, done)
