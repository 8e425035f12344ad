"""The landing folder: which files are in it, and which contract claims which.

Files are only listed and opened for reading; the landing is never written to. What is
in a file is the business of `scan.py`.
"""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.errors import FitmartError
from pipelines.extracts.contract import Contract

HIDDEN = (".", "~$")
"""How names begin of files in transit, and of those by which Excel locks a workbook."""


@dataclass(frozen=True)
class Stamp:
    """What changes when somebody writes to a file."""

    inode: int
    size: int
    modified: int

    @classmethod
    def of(cls, path: Path) -> "Stamp":
        status = path.stat()
        return cls(status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class Delivered:
    """One file of the landing folder.

    Args:
        path: Where it is.
        relative_path: As people and the ledger know it, in valid Unicode.
        size: In bytes, when it was listed.
        refusal: Why it must not be opened, or nothing.
    """

    path: Path
    relative_path: str
    size: int
    refusal: FitmartError | None = None


def list_landing(landing: Path) -> list[Delivered]:
    """All files below the landing folder, by name; hidden ones are still in transit.

    Raises:
        FitmartError: There is no such folder.
    """
    if not landing.is_dir():
        raise FitmartError(
            "there is no landing folder",
            file=str(landing),
            rule="landing_exists",
            remedy="Make it and put extracts there, or set LANDING.",
        )
    root = landing.resolve()
    found: list[Delivered] = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(folder, name).is_symlink()]
        found.extend(
            _inspect(Path(folder, name), root)
            for name in (*files, *links)
            if not name.startswith(HIDDEN)
        )
    return sorted(found, key=lambda file: file.relative_path)


def delivered_file(path: Path) -> Delivered:
    """A file named by a person, wherever it is."""
    if not path.is_file():
        raise FitmartError(
            "there is no such file",
            file=str(path),
            rule="file_exists",
            remedy="Check the path.",
        )
    return Delivered(path.resolve(), path.name, path.stat().st_size)


def claims(contract: Contract, file: Delivered) -> bool:
    """Whether a contract's patterns name this file."""
    return any(
        glob(pattern).fullmatch(file.relative_path) for pattern in contract.files
    )


def unclaimed(
    files: Iterable[Delivered], contracts: Iterable[Contract]
) -> list[Delivered]:
    """Files that no contract names."""
    known = tuple(contracts)
    return [file for file in files if not any(claims(one, file) for one in known)]


def _inspect(path: Path, root: Path) -> Delivered:
    relative = os.fsencode(path.relative_to(root)).decode("utf-8", "backslashreplace")
    try:
        target = path.resolve(strict=True)
        status = target.stat()
    except (OSError, RuntimeError) as error:
        problem = f"the file cannot be reached: {type(error).__name__}"
        return Delivered(
            path, relative, 0, _refusal(relative, problem, "file_is_reachable")
        )
    if not target.is_relative_to(root):
        problem = "a link leaves the landing folder"
        return Delivered(
            path, relative, 0, _refusal(relative, problem, "path_stays_in_landing")
        )
    if not stat.S_ISREG(status.st_mode):
        problem = "this is not a regular file"
        return Delivered(
            path, relative, 0, _refusal(relative, problem, "file_is_regular")
        )
    return Delivered(path, relative, status.st_size)


def _refusal(relative: str, problem: str, rule: str) -> FitmartError:
    return FitmartError(
        problem,
        file=relative,
        rule=rule,
        remedy="Put the file itself into the landing folder.",
    )


@cache
def glob(pattern: str) -> re.Pattern[str]:
    """A glob as a regular expression: `*` within a folder, `**/` across folders."""
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            parts.append("(?:.*/)?")
            at += 3
        elif pattern.startswith("**", at):
            parts.append(".*")
            at += 2
        elif pattern[at] == "*":
            parts.append("[^/]*")
            at += 1
        elif pattern[at] == "?":
            parts.append("[^/]")
            at += 1
        elif pattern[at] == "[" and (end := pattern.find("]", at + 2)) > 0:
            inside = pattern[at + 1 : end].replace("\\", "\\\\")
            negated = inside.startswith(("!", "^"))
            parts.append(f"[^/{inside[1:]}]" if negated else f"[{inside}]")
            at = end + 1
        else:
            parts.append(re.escape(pattern[at]))
            at += 1
    return re.compile("".join(parts), re.DOTALL)
