"""Where the report of a publication stands: beside the marts, one page for each.

`reports/current.html` is a symlink that follows `marts/current.duckdb`. What a page
says is `pipelines/reporting`'s business; the caller holds `publishing_lock`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipelines.errors import FitmartError
from pipelines.project import Home
from pipelines.publishing import disk
from pipelines.publishing.swap import (
    READ_ONLY_MODE,
    TEMPORARY_SUFFIX,
    current_id,
    publication_ids,
)

SUFFIX = ".html"

Render = Callable[[Path], bytes]
"""Makes the page of a publication file."""


def report_file(home: Home, publication_id: str) -> Path:
    """The page of a publication; its id begins with its date."""
    return home.reports / f"{publication_id}{SUFFIX}"


def write_report(
    home: Home, publication_id: str, publication: Path, render: Render
) -> Path:
    """Write the page of a publication that readers may not see yet.

    Args:
        home: The home whose publication it is.
        publication_id: Its id.
        publication: The file to read; it need not have its name yet.
        render: What makes the page.

    Raises:
        FitmartError: The page cannot be made. Nothing has changed for readers.
    """
    try:
        page = render(publication)
    except FitmartError:
        raise
    except Exception as error:
        raise FitmartError(
            f"the report cannot be rendered: {type(error).__name__}: {error}",
            file=str(publication),
            rule="report_renders",
            remedy="The last publication stays. A mart is probably not what the report "
            "expects: if you changed one, change pipelines/reporting with it.",
        ) from error
    disk.make_folder(home.reports)
    temporary = home.reports / f".{publication_id}{SUFFIX}{TEMPORARY_SUFFIX}"
    file = report_file(home, publication_id)
    disk.unlink(temporary)
    disk.append(temporary, page)
    disk.change_mode(temporary, READ_ONLY_MODE)
    disk.replace(temporary, file)
    disk.sync(home.reports)
    return file


def point_report_to_current(home: Home) -> Path | None:
    """Let `current.html` be the page of the publication that readers see.

    Where that has no page, as one that an older version made, there is none: no report
    is better than that of other marts.
    """
    current = current_id(home)
    file = report_file(home, current) if current else None
    link = home.current_report
    if file is None or not file.exists():
        disk.unlink(link)
        return None
    if not link.is_symlink() or link.readlink().name != file.name:
        temporary = home.reports / f".{link.name}{TEMPORARY_SUFFIX}"
        disk.unlink(temporary)
        disk.symlink(file.name, temporary)
        disk.replace(temporary, link)
        disk.sync(home.reports)
    return file


@contextmanager
def report_hidden(home: Home) -> Iterator[None]:
    """Show no page while the marts are switched, so that it is never one of others.

    Two links cannot be replaced in one step. When the switch fails, the page of before
    comes back; when it succeeds, the caller shows the new one.
    """
    disk.unlink(home.current_report)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            point_report_to_current(home)
        raise


def tidy_reports(home: Home) -> tuple[str, ...]:
    """Remove pages whose publication is gone, and follow the marts; removed names.

    A run that was cut short between the marts and their page is made up for here.
    """
    if not home.reports.is_dir():
        return ()
    point_report_to_current(home)
    kept = {report_file(home, kept_id).name for kept_id in publication_ids(home)}
    orphans = [
        path
        for path in sorted(home.reports.iterdir())
        if path.name.endswith((SUFFIX, f"{SUFFIX}{TEMPORARY_SUFFIX}"))
        and path.name not in kept | {home.current_report.name}
    ]
    for orphan in orphans:
        disk.unlink(orphan)
    return tuple(orphan.name for orphan in orphans)
