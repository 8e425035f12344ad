"""What readers can be given: lists the publications, and rolls back to one of them.

Publishing a new one is `publish.py`'s business.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipelines.errors import FitmartError
from pipelines.project import Home
from pipelines.publishing.export import export, follow_rollback
from pipelines.publishing.history import read_history, record
from pipelines.publishing.meta import read_header
from pipelines.publishing.report_files import (
    Render,
    point_report_to_current,
    report_file,
    report_hidden,
    write_report,
)
from pipelines.publishing.swap import (
    created_at,
    current_id,
    disk_explained,
    point_current_to,
    publication_file,
    publication_ids,
    publishing_lock,
)
from pipelines.publishing.verify import problems_elsewhere

DAMAGED = "damaged: the file can no longer be read"


@dataclass(frozen=True)
class ListedPublication:
    """One publication in the folder.

    Args:
        as_of: None when the file can no longer be read.
        why: Why it became current the last time, when it ever was.
    """

    publication_id: str
    path: Path
    created_at: datetime
    as_of: date | None
    size_bytes: int
    is_current: bool
    why: str


def list_publications(home: Home) -> tuple[ListedPublication, ...]:
    """All publications that are kept, newest first; damaged ones are named as such.

    Raises:
        FitmartError: What readers open is not a symlink.
    """
    current = current_id(home)
    why = {entry.publication_id: entry.reason for entry in read_history(home)}
    listed = []
    for publication_id in reversed(publication_ids(home)):
        file = publication_file(home, publication_id)
        known_why = why.get(publication_id, "")
        try:
            as_of = read_header(file).as_of
        except FitmartError:
            as_of, known_why = None, DAMAGED
        listed.append(
            ListedPublication(
                publication_id=publication_id,
                path=file,
                created_at=created_at(publication_id),
                as_of=as_of,
                size_bytes=file.stat().st_size,
                is_current=publication_id == current,
                why=known_why,
            )
        )
    return tuple(listed)


def rollback(
    home: Home,
    publication_id: str | None = None,
    *,
    reason: str = "rolled back",
    render: Render | None = None,
) -> str:
    """Let readers see an earlier publication again; its id.

    Args:
        home: The home whose publications are meant.
        publication_id: The one to go back to; without it the one before the current.
        reason: Why, for the history.
        render: Makes the report of a publication that has none.

    Raises:
        FitmartError: There is no such publication, it is not what it says it is, or
            the disk refuses.
    """
    with disk_explained(home), publishing_lock(home):
        kept = publication_ids(home)
        target = publication_id or _before(current_id(home), kept)
        if target not in kept:
            raise FitmartError(
                f"there is no publication {target}"
                if target
                else "there is no publication before the current one",
                file=str(home.marts),
                rule="publication_exists",
                remedy=f"Take one of: {', '.join(reversed(kept)) or 'none yet'}.",
            )
        file = publication_file(home, target)
        found = problems_elsewhere(file)
        if found:
            raise FitmartError(
                f"this publication is not what it says: {found[0]}",
                file=str(file),
                rule="publication_is_intact",
                remedy="Take another one: fitmart publications list.",
            )
        if render is not None and not report_file(home, target).exists():
            write_report(home, target, file, render)
        with report_hidden(home):
            point_current_to(home, target)
        point_report_to_current(home)
        record(home, "rolled_back", target, reason=reason)
        follow_rollback(home, target)
    return target


def export_publication(home: Home, publication_id: str | None = None) -> Path:
    """Write a publication as Parquet files, unless it is there already; its folder.

    Args:
        home: The home whose publication is meant.
        publication_id: Which; without it the one that readers see.

    Raises:
        FitmartError: There is no such publication, or the disk refuses.
    """
    with disk_explained(home), publishing_lock(home):
        target = publication_id or current_id(home)
        if target not in publication_ids(home):
            kept = ", ".join(reversed(publication_ids(home)))
            raise FitmartError(
                f"there is no publication {target}"
                if target
                else "there is no publication yet",
                file=str(home.marts),
                rule="publication_exists",
                remedy=f"Take one of: {kept}." if kept else "Run `fitmart run` first.",
            )
        return export(home, target)


def _before(current: str | None, kept: list[str]) -> str:
    return max((kept_id for kept_id in kept if kept_id < (current or "")), default="")
