"""What a run did: `runs/<run_id>.json`, written while it goes.

`fitmart status` and the gate read it; a record that still says `running` after its lock
is free is of a run that was killed. Nothing here decides anything.
"""

import json
import os
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import FitmartError
from pipelines.project import Home, Settings
from pipelines.publishing.outcome import CheckOutcome, Refusal

State = Literal["running", "published", "unchanged", "refused", "failed", "killed"]


@dataclass(frozen=True)
class RunRecord:
    """One run.

    Args:
        extracts: Extracts by what became of them in this run.
        feeds: Per feed what its raw table holds after the run.
        invocation_id: The dbt invocation of this run; None until it has ended.
        nodes: dbt nodes by status.
        outcomes: What the Python checks found; None until they have run.
        alarms: Feeds that were expected and did not arrive.
        publication: What readers see after the run.
        seconds: Wall time of each stage.
        error: What stopped the run, as the parts of a `FitmartError`.
        alert: Whether word of a failure was sent; None where nobody was to be told.
    """

    run_id: str
    started_at: str
    pid: int
    as_of: str
    state: State = "running"
    ended_at: str | None = None
    extracts: dict[str, int] = field(default_factory=dict)
    feeds: dict[str, dict[str, int]] = field(default_factory=dict)
    invocation_id: str | None = None
    nodes: dict[str, int] = field(default_factory=dict)
    outcomes: tuple[CheckOutcome, ...] | None = None
    alarms: tuple[CheckOutcome, ...] = ()
    warnings: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    publication: dict[str, Any] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    error: dict[str, str | None] | None = None
    alert: str | None = None


def start(settings: Settings, run_id: str) -> RunRecord:
    """Write the record of a run that begins now; keep that of one that has begun."""
    known = read(settings.home, run_id)
    if known is not None and known.pid == os.getpid():
        return known
    record = RunRecord(
        run_id=run_id,
        started_at=datetime.now(UTC).isoformat(),
        pid=os.getpid(),
        as_of=settings.as_of.isoformat(),
    )
    _write(settings.home, record)
    return record


def update(home: Home, run_id: str, **changes: Any) -> RunRecord:
    """Change fields of a record."""
    record = replace(required(home, run_id), **changes)
    _write(home, record)
    return record


def end(home: Home, run_id: str, state: State, **changes: Any) -> RunRecord:
    """Say how a run ended."""
    ended_at = datetime.now(UTC).isoformat()
    return update(home, run_id, state=state, ended_at=ended_at, **changes)


def required(home: Home, run_id: str) -> RunRecord:
    """The record of a run that has begun.

    Raises:
        FitmartError: There is none: some steps were run, and not the first.
    """
    record = read(home, run_id)
    if record is None:
        raise FitmartError(
            f"run {run_id} has no record in {home.runs}",
            rule="run_has_begun",
            remedy="Run the job `refresh` whole, from its first step.",
        )
    return record


def read(home: Home, run_id: str) -> RunRecord | None:
    """The record of a run, if there is one."""
    return _read_file(_file(home, run_id))


def read_all(home: Home) -> list[RunRecord]:
    """All records, newest first."""
    if not home.runs.is_dir():
        return []
    records = [_read_file(path) for path in home.runs.glob("*.json")]
    known = [record for record in records if record is not None]
    return sorted(known, key=lambda record: record.started_at, reverse=True)


def _file(home: Home, run_id: str) -> Path:
    return home.runs / f"{run_id}.json"


def _write(home: Home, record: RunRecord) -> None:
    path = _file(home, record.run_id)
    temporary = path.with_name(f".{path.name}.tmp")
    text = json.dumps(asdict(record), indent=2, ensure_ascii=False)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _read_file(path: Path) -> RunRecord | None:
    try:
        return _parsed(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        # Not there, or no record of a run: what else lies here must not stop one.
        return None


def _parsed(document: dict[str, Any]) -> RunRecord:
    known = {entry.name for entry in fields(RunRecord)}
    values = {name: value for name, value in document.items() if name in known}
    if values["outcomes"] is not None:
        values["outcomes"] = _outcomes(values["outcomes"])
    values["alarms"] = _outcomes(values["alarms"])
    values["warnings"] = tuple(values["warnings"])
    values["refusals"] = tuple(
        Refusal(**{**entry, "examples": tuple(entry["examples"])})
        for entry in values["refusals"]
    )
    return RunRecord(**values)


def _outcomes(entries: list[dict[str, Any]]) -> tuple[CheckOutcome, ...]:
    return tuple(
        CheckOutcome(**{**entry, "examples": tuple(entry["examples"])})
        for entry in entries
    )
