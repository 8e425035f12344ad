"""Every change that publishing makes on disk, beside what DuckDB itself writes.

One thin function per system call, so that a test can make the N-th of them fail. What
is written and in which order is decided elsewhere.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import FitmartError

PRIMITIVES = (
    "make_folder",
    "open_file",
    "lock_file",
    "write",
    "fsync",
    "close",
    "change_mode",
    "rename",
    "symlink",
    "replace",
    "unlink",
)
"""The functions below that are one system call each."""


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where they are missing."""
    path.mkdir(parents=True, exist_ok=True)


def open_file(path: Path, flags: int) -> int:
    """Open a file; its descriptor."""
    return os.open(path, flags | os.O_CLOEXEC, 0o644)


def lock_file(descriptor: int) -> None:
    """Lock an open file, or fail at once."""
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def write(descriptor: int, data: bytes) -> int:
    """Write some of the data; how many bytes."""
    return os.write(descriptor, data)


def fsync(descriptor: int) -> None:
    """Wait until the disk has what was written."""
    os.fsync(descriptor)


def close(descriptor: int) -> None:
    """Close a file, and give back its lock."""
    os.close(descriptor)


def change_mode(path: Path, mode: int) -> None:
    """Set the permissions of a file."""
    path.chmod(mode)


def rename(source: Path, target: Path) -> None:
    """Give a file its name."""
    source.rename(target)


def symlink(target: str, link: Path) -> None:
    """Make a symlink that is not there yet."""
    link.symlink_to(target)


def replace(source: Path, target: Path) -> None:
    """Put a file or symlink in the place of another, in one step."""
    source.replace(target)


def unlink(path: Path) -> None:
    """Remove a file, if it is there."""
    path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Make the content of a file, or the names in a folder, survive a power cut."""
    descriptor = open_file(path, os.O_RDONLY)
    try:
        fsync(descriptor)
    finally:
        close(descriptor)


def append(path: Path, data: bytes) -> None:
    """Append to a file, whole, and make it last."""
    descriptor = open_file(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        while data:
            data = data[write(descriptor, data) :]
        fsync(descriptor)
    finally:
        close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a folder of publications, which a dying process gives back.

    Raises:
        FitmartError: Another process holds it.
    """
    descriptor = open_file(path, os.O_RDWR | os.O_CREAT)
    try:
        try:
            lock_file(descriptor)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            raise FitmartError(
                "another process is publishing or rolling back",
                file=str(path),
                rule="one_publisher_at_a_time",
                remedy="Wait until it has ended and try again.",
            ) from error
        yield
    finally:
        close(descriptor)
