"""What a killed run leaves behind in the instance is taken back by the next one."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from pipelines import record
from pipelines.defs.instance import end_killed_runs, execute
from pipelines.defs.schedules import build_automation
from pipelines.errors import FitmartError
from pipelines.project import ROOT, Home, Settings

POOL = "warehouse"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    found = Home(tmp_path / "home")
    for folder in (found.runs, found.dagster):
        folder.mkdir(parents=True)
    (found.dagster / "dagster.yaml").write_bytes((ROOT / "dagster.yaml").read_bytes())
    monkeypatch.setenv("DAGSTER_HOME", str(found.dagster))
    return found


def killed_run(home: Home, instance: dg.DagsterInstance, run_id: str) -> None:
    """The record of a run that began and took the place in the pool."""
    settings = Settings(
        home=home, landing=home.landing, contracts=home.path, as_of=date(2026, 1, 1)
    )
    record.start(settings, run_id)
    storage = instance.event_log_storage
    storage.initialize_concurrency_limit_to_default(POOL)
    storage.claim_concurrency_slot(POOL, run_id, "transform")


def claimed(instance: dg.DagsterInstance) -> set[str]:
    info = instance.event_log_storage.get_concurrency_info(POOL)
    return {slot.run_id for slot in info.claimed_slots}


def test_a_place_in_the_pool_is_taken_back_even_if_that_is_interrupted(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        killed_run(home, instance, "killed")
        assert claimed(instance) == {"killed"}
        with monkeypatch.context() as interrupted:
            interrupted.setattr(record, "end", _is_killed)
            with pytest.raises(KeyboardInterrupt):
                end_killed_runs(home, instance, except_for="next")
        assert record.required(home, "killed").state == "running"
        end_killed_runs(home, instance, except_for="after")
        assert claimed(instance) == set()
    assert record.required(home, "killed").state == "killed"


def test_every_place_is_free_before_the_record_says_so(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        killed_run(home, instance, "killed")
        storage = instance.event_log_storage
        with monkeypatch.context() as interrupted:
            interrupted.setattr(storage, "free_concurrency_slots_for_run", _is_killed)
            with pytest.raises(KeyboardInterrupt):
                end_killed_runs(home, instance, except_for="next")
        assert record.required(home, "killed").state == "running"


def test_the_run_itself_keeps_its_place(home: Home) -> None:
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        killed_run(home, instance, "this")
        end_killed_runs(home, instance, except_for="this")
        assert claimed(instance) == {"this"}
    assert record.required(home, "this").state == "running"


def _is_killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_damaged_history_of_runs_is_told_with_what_to_do(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(
        home=home, landing=home.landing, contracts=home.path, as_of=date(2026, 1, 1)
    )
    monkeypatch.setattr("pipelines.defs.instance.build_definitions", _Definitions)
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        killed_run(home, instance, "killed")
    files = list(home.dagster.rglob("*.db"))
    assert files
    for file in files:
        for rest in file.parent.glob(f"{file.name}-*"):
            rest.unlink()
        file.write_bytes(b"no database" * 1000)
    with pytest.raises(FitmartError) as found:
        execute(settings, "a-run")
    assert found.value.rule == "history_is_readable"
    assert "move this folder away" in str(found.value.remedy)


class _Definitions:
    """What comes before the instance is opened is not looked at here."""

    def __init__(self, _: Settings) -> None: ...

    def resolve_job_def(self, _: str) -> None: ...


def test_a_run_that_died_is_tried_again_whole() -> None:
    """Steps of another run have no record, which the others go by."""
    (job,) = build_automation().jobs or ()
    assert job.tags["dagster/retry_strategy"] == "ALL_STEPS"
