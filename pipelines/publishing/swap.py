"""Makes a verified file what readers see, in one step, and tidies up.

Readers open `marts/current.duckdb`, a symlink that is replaced as a whole: a file that
is being written never has a publication's name. The caller holds `publishing_lock`.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.errors import FitmartError
from pipelines.extracts.warehouse import explain
from pipelines.project import Home
from pipelines.publishing import disk
from pipelines.publishing.history import read_history, record

SUFFIX = ".duckdb"
TEMPORARY_SUFFIX = ".tmp"
STAMP = "%Y%m%dT%H%M%S%fZ"
IDS = re.compile(r"[0-9]{8}T[0-9]{12}Z_[0-9a-f]{10}")
"""What `new_id` makes. Files of other names in the folder are not ours to touch."""

READ_ONLY_MODE = 0o444
"""A tool that opens a publication for writing is refused by the file system."""


@contextmanager
def disk_explained(home: Home) -> Iterator[None]:
    """Turn what a disk has to say into a sentence with a remedy."""
    try:
        yield
    except (OSError, duckdb.OperationalError, duckdb.FatalException) as error:
        raise explain(error, str(home.marts)) or FitmartError(
            f"the disk refused while publishing: {error}",
            file=str(home.marts),
            rule="disk_accepts_publication",
            remedy="Check the disk, then run again; what readers see is whole.",
        ) from error


def publishing_lock(home: Home) -> AbstractContextManager[None]:
    """Only one process at a time changes the folder of publications."""
    disk.make_folder(home.marts)
    return disk.locked(home.marts / ".lock")


def temporary_file(home: Home, publication_id: str) -> Path:
    """Where a publication is written: hidden, and no reader looks for it."""
    return home.marts / f".{publication_id}{SUFFIX}{TEMPORARY_SUFFIX}"


def publication_file(home: Home, publication_id: str) -> Path:
    """Where a publication stands once it is verified."""
    return home.marts / f"{publication_id}{SUFFIX}"


def current_id(home: Home) -> str | None:
    """The publication that readers see; None before the first one."""
    try:
        target = home.current.readlink()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FitmartError(
            "this is a file and should be a symlink",
            file=str(home.current),
            rule="current_is_a_symlink",
            remedy="Move it away and run again.",
        ) from error
    return target.name.removesuffix(SUFFIX)


def publication_ids(home: Home) -> list[str]:
    """All publications in the folder, oldest first."""
    if not home.marts.is_dir():
        return []
    return sorted(
        path.name.removesuffix(SUFFIX)
        for path in home.marts.iterdir()
        if path.name.endswith(SUFFIX)
        and IDS.fullmatch(path.name.removesuffix(SUFFIX))
        and not path.is_symlink()
    )


def new_id(home: Home, at: datetime, fingerprint: str) -> str:
    """A name for the next publication, which sorts after all there are.

    Its time is moved forward when the clock was moved back, because the order of the
    names is what `retain`, `sweep` and a rollback go by.
    """
    newest = max(publication_ids(home), default="")
    if newest.partition("_")[0] >= at.strftime(STAMP):
        at = created_at(newest) + timedelta(microseconds=1)
    return f"{at.strftime(STAMP)}_{fingerprint[:10]}"


def created_at(publication_id: str) -> datetime:
    """When a publication was made, as its id tells."""
    stamp = publication_id.partition("_")[0]
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


def put_in_place(home: Home, publication_id: str) -> Path:
    """Give the verified file its name and let readers see it."""
    temporary = temporary_file(home, publication_id)
    file = publication_file(home, publication_id)
    disk.change_mode(temporary, READ_ONLY_MODE)
    disk.sync(temporary)
    disk.rename(temporary, file)
    point_current_to(home, publication_id)
    return file


def point_current_to(home: Home, publication_id: str) -> None:
    """Replace the symlink in one step and make that last.

    Raises:
        FitmartError: A write-ahead log stands where DuckDB would replay it.
    """
    file = publication_file(home, publication_id)
    for name in (file.name, home.current.name):
        log = home.marts / f"{name}.wal"
        if log.exists():
            # Files of this storage version do not notice a log that is not theirs.
            raise FitmartError(
                "a write-ahead log stands beside a publication",
                file=str(log),
                rule="publication_is_one_file",
                remedy="Find out who opens publications for writing; remove the log.",
            )
    link = home.marts / f".{home.current.name}{TEMPORARY_SUFFIX}"
    disk.unlink(link)
    disk.symlink(file.name, link)
    disk.replace(link, home.current)
    disk.sync(home.marts)


def sweep(home: Home) -> tuple[str, ...]:
    """Remove what runs that were cut short left behind; names of what was removed.

    Temporary files, stray write-ahead logs, and publications that were never put in
    place. Also writes the history entry that such a run did not get to write.
    """
    current = current_id(home)
    known = {entry.publication_id for entry in read_history(home)}
    if current is not None and current not in known:
        record(home, "found", current, reason="put in place by a run cut short")
        known.add(current)
    newest = max(known, default="~")
    orphans = [
        path
        for path in sorted(home.marts.iterdir())
        if (path.name.startswith(".") and path.name.endswith(TEMPORARY_SUFFIX))
        or path.name.endswith(".wal")
    ]
    orphans += [
        publication_file(home, publication_id)
        for publication_id in publication_ids(home)
        # Older unknown ones may have been brought here by hand, from a backup say;
        # without any history, all may.
        if publication_id > newest
    ]
    for orphan in orphans:
        disk.unlink(orphan)
    return tuple(orphan.name for orphan in orphans)


def retain(home: Home, keep: int) -> tuple[str, ...]:
    """Remove all but the newest publications, never the current one; removed ids."""
    current = current_id(home)
    old = publication_ids(home)[: -max(keep, 1)]
    removed = tuple(entry for entry in old if entry != current)
    for publication_id in removed:
        disk.unlink(publication_file(home, publication_id))
    return removed
