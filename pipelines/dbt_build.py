"""Runs dbt in this process: one `build` per run, and the manifest when it is stale.

What dbt says is read back from its own artifacts, a copy of `manifest.json` and
`run_results.json` in the home's target folder, which the gate reads as well. How that
becomes Dagster events is in `defs/transform.py`.

dbt is imported when it is needed: it takes seconds. It runs in the process of the run,
which has most of it imported already, and not in one of its own (decision 0003).
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import orjson

from pipelines.errors import FitmartError
from pipelines.progress import Progress, listener
from pipelines.project import ROOT, Home, Settings, environment

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

SOURCES = ("models", "macros", "tests/data_tests", "dbt_project.yml", "profiles.yml")
FITS = ROOT / "pipelines/fits"
SUCCESSFUL = ("success", "pass", "warn")


@dataclass(frozen=True)
class BuildResult:
    """One dbt invocation, as its artifacts tell it."""

    manifest: Mapping[str, Any]
    run_results: Mapping[str, Any]

    @classmethod
    def read(cls, home: Home) -> "BuildResult":
        """The last invocation in a home."""
        return cls(
            manifest=read_manifest(home),
            run_results=orjson.loads(_results_file(home).read_bytes()),
        )

    @property
    def is_success(self) -> bool:
        """Whether no node failed or was skipped."""
        return all(status in SUCCESSFUL for status in self.statuses)

    @property
    def invocation_id(self) -> str:
        return str(self.run_results["metadata"]["invocation_id"])

    @property
    def results(self) -> dict[str, Mapping[str, Any]]:
        """Result of each node that ran or was skipped, by its unique id."""
        return {entry["unique_id"]: entry for entry in self.run_results["results"]}

    @property
    def statuses(self) -> dict[str, int]:
        """Number of nodes by status."""
        counts: dict[str, int] = {}
        for entry in self.run_results["results"]:
            counts[entry["status"]] = counts.get(entry["status"], 0) + 1
        return counts


def dbt_variables(settings: Settings) -> dict[str, str]:
    """What a run passes to the models."""
    return {
        "reporting_tz": settings.reporting_tz,
        "reporting_currency": settings.reporting_currency,
    }


def dbt_arguments(command: str, settings: Settings) -> list[str]:
    """Arguments of a dbt command on the home of a run.

    Unit tests are left out: they prove the code, not the data, and run in `make test`.
    """
    arguments = [
        command,
        *("--project-dir", str(ROOT)),
        *("--profiles-dir", str(ROOT)),
        *("--target-path", str(settings.home.dbt_target)),
        *("--log-path", str(settings.home.dbt_target)),
        *("--vars", json.dumps(dbt_variables(settings))),
        "--no-send-anonymous-usage-stats",
        "--no-use-colors",
        # dbt's debug log of every query costs more than many of the queries.
        *("--log-level-file", "info"),
    ]
    if command == "build":
        arguments += ["--exclude-resource-type", "unit_test"]
    return arguments


def build(settings: Settings) -> BuildResult:
    """Build and test every model, seed and data test once.

    Raises:
        FitmartError: dbt stopped before it had run anything.
    """
    results_file = _results_file(settings.home)
    results_file.unlink(missing_ok=True)
    _, message = invoke(dbt_arguments("build", settings), settings)
    if not results_file.exists():
        raise stopped(message)
    keep_manifest(settings.home)
    return BuildResult.read(settings.home)


def prepare_manifest(settings: Settings) -> Path:
    """The manifest of the project as it is now; dbt parses only when it is stale.

    Raises:
        FitmartError: The project does not parse.
    """
    path = manifest_path(settings.home)
    if not path.exists() or _remembered_sources(settings.home) != _sources_hash():
        settings.home.dbt_target.mkdir(parents=True, exist_ok=True)
        is_success, message = invoke(dbt_arguments("parse", settings), settings)
        if not is_success:
            raise stopped(message)
        keep_manifest(settings.home)
    return path


def keep_manifest(home: Home) -> None:
    """Take over what dbt has just written, as the manifest of the project as it is now.

    dbt writes its file anew in every build, in place: a run that is killed meanwhile
    leaves half of it behind, and a daemon that loads the project would read that. Ours
    is only ever replaced as a whole.
    """
    part = manifest_path(home).with_suffix(".part")
    shutil.copyfile(home.dbt_target / "manifest.json", part)
    part.replace(manifest_path(home))
    _remember_sources(home)


def manifest_path(home: Home) -> Path:
    return home.dbt_target / "kept_manifest.json"


def read_manifest(home: Home) -> Mapping[str, Any]:
    manifest: Mapping[str, Any] = orjson.loads(manifest_path(home).read_bytes())
    return manifest


def code_version(manifest: Mapping[str, Any]) -> str:
    """Version of what the marts are made with: models, seeds, tests and macros, and the
    fits that Python models call."""
    parts = [
        f"{unique_id} {node['checksum']['checksum']}"
        for unique_id, node in manifest["nodes"].items()
    ]
    parts += [
        f"{unique_id} {macro['macro_sql']}"
        for unique_id, macro in manifest["macros"].items()
    ]
    parts += [path.read_text(encoding="utf-8") for path in FITS.glob("*.py")]
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:12]


def invoke(arguments: list[str], settings: Settings) -> tuple[bool, str]:
    """Run dbt here; whether it succeeded, and what it complained about.

    What it says goes to `dbt.log` in the target folder. dbt's own log writes a line for
    each of two dozen events of every node before it looks whether the line is wanted,
    which takes a tenth of a build.
    """
    from dbt.adapters.duckdb.connections import (  # noqa: PLC0415
        DuckDBConnectionManager,
    )
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    log = settings.home.dbt_target / "dbt.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        environment(_environment(settings)),
        log.open("w", encoding="utf-8") as lines,
    ):
        watcher = _Watcher(lines)
        try:
            result = dbtRunner(callbacks=[watcher]).invoke(
                [*arguments, "--log-level=none", "--log-level-file=none"]
            )
        finally:
            # dbt keeps the file open; whoever comes next opens it otherwise.
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    message = str(result.exception or "") or "; ".join(watcher.errors[:3])
    return result.success, message


def is_customer_value_asked_for() -> bool:
    """Whether `CUSTOMER_VALUE` is set to anything."""
    return bool(os.environ.get("CUSTOMER_VALUE"))


def _environment(settings: Settings) -> dict[str, str]:
    """What `profiles.yml`, `dbt_project.yml` and the macro `as_of` read."""
    values = {
        "FITMART_HOME": str(settings.home.path),
        "AS_OF": settings.as_of.isoformat(),
    }
    if os.environ.get("SEEDS"):
        values["FITMART_SEEDS"] = str(_seeds())
    # The models of customer value are there only when asked for.
    values["FITMART_CUSTOMER_VALUE"] = str(is_customer_value_asked_for()).lower()
    return values


class _Watcher:
    """Turns dbt's events into progress and a log, and keeps what it complains about."""

    def __init__(self, lines: TextIO) -> None:
        self._lines = lines
        self.errors: list[str] = []
        self._done = 0
        self._total = 0
        # dbt calls from threads of its own, which know nothing of who listens here.
        self._listener = listener()

    def __call__(self, event: "EventMsg") -> None:
        # The class is generated from a protocol buffer and has no types.
        info: Any = event.info
        if info.level != "debug":
            self._lines.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {info.msg}\n")
        if info.level == "error":
            self.errors.append(info.msg.strip())
        if info.name in ("LogStartLine", "NodeFinished"):
            self._done += info.name == "NodeFinished"
            self._total = getattr(event.data, "total", self._total)
            name = event.data.node_info.node_name
            if self._listener is not None:
                self._listener(Progress("transform", self._done, self._total, name))


def stopped(message: str) -> FitmartError:
    return FitmartError(
        f"dbt stopped: {message or 'it gave no reason'}",
        rule="dbt_runs",
        remedy="Mend the model, macro or seed that it names.",
    )


def _results_file(home: Home) -> Path:
    return home.dbt_target / "run_results.json"


def _seeds() -> Path:
    return Path(os.environ.get("SEEDS") or ROOT / "seeds").expanduser().resolve()


def _sources_hash() -> str:
    """Changes when a file of the dbt project is added, removed or written, and when
    other models are asked for."""
    digest = hashlib.sha256(f"{is_customer_value_asked_for()}\n".encode())
    for top in [*(ROOT / name for name in SOURCES), _seeds()]:
        paths = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in paths:
            if path.is_file():
                status = path.stat()
                line = f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n"
                digest.update(line.encode())
    return digest.hexdigest()


def _sources_file(home: Home) -> Path:
    return home.dbt_target / "sources.sha256"


def _remember_sources(home: Home) -> None:
    _sources_file(home).write_text(_sources_hash(), encoding="ascii")


def _remembered_sources(home: Home) -> str | None:
    path = _sources_file(home)
    return path.read_text(encoding="ascii") if path.exists() else None
