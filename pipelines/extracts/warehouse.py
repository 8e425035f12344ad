"""The build: how it is opened, and what its failures mean to a person.

What is in it is made by `ledger.py`, `feed.py` and dbt; who may open it when is decided
by the lock of the run.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipelines.errors import FitmartError
from pipelines.project import Home

MEMORY = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})? ?[KMGT]i?B", re.IGNORECASE)
THREADS = re.compile(r"[1-9][0-9]{0,3}")


def open_build(home: Home, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open the build with explicit resources and without any extension download.

    `FITMART_MEMORY_LIMIT` (default 1GB) and `FITMART_THREADS` (default: all cores)
    bound what it takes.

    Raises:
        FitmartError: There is no build to read, or it cannot be opened.
    """
    if read_only and not home.build.exists():
        raise FitmartError(
            "there is no build yet",
            file=str(home.build),
            rule="build_exists",
            remedy="Run `fitmart run` first.",
        )
    with storage_errors(str(home.build)):
        if not read_only:
            home.build.parent.mkdir(parents=True, exist_ok=True)
            home.spool.mkdir(parents=True, exist_ok=True)
        connection = _connect(home, read_only)
    # Not an option of `connect`: it belongs to a library that is loaded by then only.
    connection.execute("set timezone = 'UTC'")
    return connection


def _connect(home: Home, read_only: bool) -> duckdb.DuckDBPyConnection:
    config = connection_config(home)
    try:
        return duckdb.connect(str(home.build), read_only=read_only, config=config)
    except duckdb.Error as error:
        explained = explain(error, str(home.build))
        if explained is not None:
            raise explained from error
        first_line = str(error).strip().partition("\n")[0]
        raise FitmartError(
            f"the build cannot be opened: {first_line}",
            file=str(home.build),
            rule="build_is_readable",
            remedy="Restore a backup. Without one, move this file away and run again: "
            "the extracts are read anew, but decisions about them are forgotten.",
        ) from error


def connection_config(home: Home) -> dict[str, str | bool | int | float | list[str]]:
    """Settings of every connection of ours."""
    return {
        "memory_limit": _chosen("FITMART_MEMORY_LIMIT", "1GB", MEMORY),
        "threads": int(_chosen("FITMART_THREADS", str(os.cpu_count() or 1), THREADS)),
        "temp_directory": str(home.spool / "duckdb"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
    }


def _chosen(name: str, default: str, pattern: re.Pattern[str]) -> str:
    text = (os.environ.get(name) or default).strip()
    if not pattern.fullmatch(text):
        raise FitmartError(
            f"{name} is '{text}', which cannot be",
            rule="setting_is_readable",
            remedy=f"Write it as in {default}, or leave it out.",
        )
    return text


@contextmanager
def storage_errors(place: str) -> Iterator[None]:
    """Turn a full disk, a read-only folder and a busy build into clear sentences."""
    try:
        yield
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        explained = explain(error, place)
        if explained is None:
            raise
        raise explained from error


def explain(error: BaseException, place: str) -> FitmartError | None:
    """What a failure of storage means, or nothing when it is another failure."""
    text = str(error)
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT) or "No space left" in text:
        return FitmartError(
            "the disk is full",
            file=place,
            rule="disk_has_space",
            remedy="Free space and run again; nothing was left half done.",
        )
    if number in (errno.EROFS, errno.EACCES, errno.EPERM) or any(
        sign in text for sign in ("Read-only file system", "Permission denied")
    ):
        return FitmartError(
            "this place cannot be written or read",
            file=place,
            rule="place_is_accessible",
            remedy="Give yourself the permission, or choose another FITMART_HOME.",
        )
    if "Could not set lock" in text or "Conflicting lock" in text:
        return FitmartError(
            "another process has the build open",
            file=place,
            rule="build_is_free",
            remedy="Wait for it to end, or close the program that opened it.",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return FitmartError(
            "the memory limit is too small for this load",
            file=place,
            rule="memory_suffices",
            remedy="Raise FITMART_MEMORY_LIMIT, for example to 2GB.",
        )
    return None


def unusable(error: OSError) -> FitmartError:
    """What it means to a person that a file cannot be used."""
    place = str(error.filename) if error.filename is not None else None
    return explain(error, place or "") or FitmartError(
        f"this cannot be used: {(error.strerror or str(error)).lower()}",
        file=place,
        rule="file_is_usable",
        remedy="Check the path, and whether it is a file or a folder.",
    )
