"""The home of a run: may it be used, who is using it, and its folders.

Everything that could stop a run is looked at before anything is written: a home of
another version or kind, a folder that cannot be written to, a full disk, another run.
What the folders hold is said in docs/architecture.md.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import FitmartError
from pipelines.project import ROOT, Home, Kind, Settings

HOME_VERSION = 1
"""Raise it when the layout changes, and say below what becomes of older homes."""

PRIVATE = 0o700
"""Personal data and a key are their owner's alone."""

PASSABLE = 0o711
"""Readers pass through the home on their way to the marts, and see nothing else."""

READABLE = 0o755
"""Marts and reports are for readers, who run as another user."""

WAIT_FOREVER = -1.0


@dataclass(frozen=True)
class Identity:
    """What `home.json` says."""

    version: int
    kind: Kind


@dataclass(frozen=True)
class Holder:
    """Who holds the lock of a home, since when, and for what."""

    pid: int
    since: str
    purpose: str


@contextmanager
def opened(
    settings: Settings, purpose: str, *, wait: bool = False
) -> Iterator[Settings]:
    """Hold a home that is fit to be used; one process at a time.

    May be entered again by the process that holds it.

    Raises:
        FitmartError: The home cannot be used, or another process holds it.
    """
    guard(settings)
    settings.home.lock.parent.mkdir(parents=True, exist_ok=True)
    with locked(settings.home, purpose, wait=wait):
        prepare(settings)
        yield settings


@contextmanager
def locked(home: Home, purpose: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock of a home.

    Raises:
        FitmartError: Another process holds it, and `wait` is false.
    """
    lock = FileLock(home.lock, is_singleton=True)
    try:
        lock.acquire(timeout=WAIT_FOREVER if wait else 0)
    except Timeout as error:
        raise _held(home) from error
    try:
        if lock.lock_counter == 1:
            holder = Holder(os.getpid(), datetime.now(UTC).isoformat(), purpose)
            _holder_file(home).write_text(json.dumps(asdict(holder)), encoding="utf-8")
        yield
    finally:
        lock.release()


def is_held(home: Home) -> bool:
    """Whether a process holds the lock of a home; nothing is written."""
    try:
        descriptor = os.open(home.lock, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        # Shared, so that two that look at once do not take each other for a run.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def guard(settings: Settings) -> None:
    """Refuse a home that must not be used, without writing anything.

    Raises:
        FitmartError: Says what is in the way and what to do.
    """
    home = settings.home
    _is_writable(home)
    _has_space(home, settings.min_free_mb)
    identity = read_identity(home)
    if identity is not None:
        _version_is_known(home, identity)
        _kind_is_the_same(home, identity, settings)


def prepare(settings: Settings) -> None:
    """Make the folders of a home, and say what it is; the caller holds the lock."""
    home = settings.home
    modes = {
        home.path: PASSABLE,
        home.quarantine: PRIVATE,
        home.build.parent: PRIVATE,
        home.spool: PRIVATE,
        home.dbt_target: PRIVATE,
        home.runs: PRIVATE,
        home.marts: READABLE,
        home.reports: READABLE,
        home.dagster: PRIVATE,
        home.keys: PRIVATE,
    }
    if settings.landing == home.landing:
        modes[home.landing] = PRIVATE
    for folder, mode in modes.items():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
    _write_if_changed(
        home.dagster / "dagster.yaml", (ROOT / "dagster.yaml").read_bytes()
    )
    identity = json.dumps({"version": HOME_VERSION, "kind": settings.kind}) + "\n"
    _write_if_changed(home.identity, identity.encode())


def read_identity(home: Home) -> Identity | None:
    """What a home says it is; None where there is none yet.

    Raises:
        FitmartError: The folder holds something else.
    """
    try:
        document = json.loads(home.identity.read_text(encoding="utf-8"))
        return Identity(int(document["version"]), document["kind"])
    except FileNotFoundError:
        return None
    except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise FitmartError(
            "this file does not say what the home is",
            file=str(home.identity),
            rule="home_is_readable",
            remedy="Restore the home from a backup, or use another FITMART_HOME.",
        ) from error


def holder_of(home: Home) -> Holder | None:
    """Who last took the lock; it may be gone by now."""
    try:
        return Holder(**json.loads(_holder_file(home).read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None


def free_megabytes(folder: Path) -> int:
    """Free space where a folder is."""
    return shutil.disk_usage(folder).free // 1_000_000


def _is_writable(home: Home) -> None:
    existing = _nearest_existing(home.path)
    if not existing.is_dir():
        raise FitmartError(
            "there is a file where the home should be",
            file=str(existing),
            rule="home_is_a_folder",
            remedy="Name another FITMART_HOME, or move the file away.",
        )
    inside = [home.path / name for name in ("", "warehouse", "marts", "runs", "keys")]
    for folder in [existing, *(path for path in inside if path.exists())]:
        if not os.access(folder, os.W_OK | os.X_OK):
            raise FitmartError(
                "the home cannot be written to",
                file=str(folder),
                rule="home_is_writable",
                remedy="Give this user the right to write there, mount it for "
                "writing, or name another FITMART_HOME.",
            )


def _has_space(home: Home, minimum: int) -> None:
    existing = _nearest_existing(home.path)
    free = free_megabytes(existing)
    if free < minimum:
        raise FitmartError(
            f"only {free} MB are free; a run needs {minimum} MB",
            file=str(existing),
            rule="disk_has_space",
            remedy="Make room, name a FITMART_HOME on another disk, or set MIN_FREE_MB "
            "when less is surely enough.",
        )


def _version_is_known(home: Home, identity: Identity) -> None:
    if identity.version > HOME_VERSION:
        raise FitmartError(
            f"this home has version {identity.version}; this fitmart knows "
            f"version {HOME_VERSION}",
            file=str(home.identity),
            rule="home_version_is_known",
            remedy="Update fitmart to the version that made the home.",
        )
    if identity.version < HOME_VERSION:
        raise FitmartError(
            f"this home has version {identity.version}, and fitmart no longer reads "
            f"versions before {HOME_VERSION}",
            file=str(home.identity),
            rule="home_version_is_known",
            remedy="Run on a new FITMART_HOME with the same landing folder: extracts "
            "are read again, and nothing is lost.",
        )


def _kind_is_the_same(home: Home, identity: Identity, settings: Settings) -> None:
    if identity.kind == settings.kind:
        return
    if identity.kind == "demo":
        problem = "this home holds the demo company, and own extracts are to be read"
        remedy = "Name another FITMART_HOME, or remove the demo with `make clean`."
    else:
        problem = "this home holds own extracts, and the demo was asked for"
        remedy = "Name LANDING and CONTRACTS, or another FITMART_HOME for the demo."
    raise FitmartError(
        problem, file=str(home.path), rule="home_kind_is_the_same", remedy=remedy
    )


def _held(home: Home) -> FitmartError:
    holder = holder_of(home)
    who = (
        f"process {holder.pid} ({holder.purpose}, since {holder.since})"
        if holder
        else "another process"
    )
    return FitmartError(
        f"{who} is using this home",
        file=str(home.path),
        rule="one_run_at_a_time",
        remedy="Wait until it has ended; `fitmart run` and `fitmart backup` wait by "
        "themselves with --wait.",
    )


def _holder_file(home: Home) -> Path:
    return home.lock.with_name("holder.json")


def _nearest_existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _write_if_changed(path: Path, content: bytes) -> None:
    """Replace a file in one step, and leave it alone where it is right already."""
    if path.exists() and path.read_bytes() == content:
        return
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


if __name__ == "__main__":
    # `make dev` starts Dagster on a home that may not have had a run yet.
    with opened(Settings.from_environment(), "prepare"):
        pass
