"""Refused files, kept whole until somebody decides."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pipelines.project import Home


def keep(home: Home, extract_id: str, file: Path) -> Path:
    """Copy a file into the quarantine, durably, before the ledger speaks of it.

    A copy and not a hard link: whoever delivers may write to the same file again.
    """
    folder = home.quarantine / extract_id
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / file.name
    draft = folder / ".draft"
    shutil.copyfile(file, draft)
    _sync(draft)
    draft.replace(kept)
    _sync(folder)
    _sync(home.quarantine)
    return kept


def kept_files(home: Home, extract_id: str) -> Iterator[Path]:
    """What was kept of an extract."""
    folder = home.quarantine / extract_id
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if path.name != ".draft")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
