"""Exports: a table as a tool would write it, first whole and then what changed.

Every exported table has a table macro `<name>_at(instant)` in the SQL files: its rows
as known at that instant, with `changed_at`. Which tables there are is in the
`deliver_` modules.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from pipelines.demo.courier import INITIAL, Bad, Courier, Drop

CSV = "format csv, header true"
SEMICOLON = "format csv, header true, delimiter ';'"
JSON_LINES = "format json"


@dataclass(frozen=True)
class Export:
    """One table of one tool.

    Args:
        path: Folder and first part of the file name.
        macro: Name of the table macro without `_at`.
        columns: SQL list of what is delivered, as text.
        key: The delivered column that makes records distinct.
        bad: Records of the first file that must be rejected.
        later_bad: The same, of the first later drop.
        is_nightly: Whether the initial landing has nightly files as well.
        is_whole: Whether every file is the whole table, written when it changed.
    """

    feed: str
    source_system: str
    path: str
    macro: str
    columns: str
    key: str
    order_by: str
    options: str = CSV
    suffix: str = "csv"
    bad: tuple[Bad, ...] = field(default=())
    later_bad: tuple[Bad, ...] = field(default=())
    is_nightly: bool = False
    is_whole: bool = False


def instant(column: str, name: str) -> str:
    """SQL of an instant as ISO text."""
    return f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ') as {name}"


def text(column: str, name: str) -> str:
    """SQL of a value as text."""
    return f"cast({column} as varchar) as {name}"


def yes_no(column: str, name: str, yes: str = "Yes", no: str = "No") -> str:
    """SQL of a boolean as words; unknown stays empty."""
    return (
        f"case when {column} then '{yes}' when not {column} then '{no}' end as {name}"
    )


def table_at(macro: str, until: str) -> str:
    """SQL of an exported table as known at the start of a day."""
    return f"{macro}_at(timestamp '{until} 00:00:00')"


def deliver_exports(
    courier: Courier, exports: Iterable[Export], drops: tuple[Drop, ...]
) -> None:
    """Write every table for every drop; those of the initial landing come first."""
    later = [drop for drop in drops if drop.folder != INITIAL]
    initial = [drop for drop in drops if drop.folder == INITIAL]
    for export in exports:
        since: str | None = None
        for drop in (*(initial if export.is_nightly else initial[-1:]), *later):
            bad = export.bad if since is None else ()
            if later and drop is later[0]:
                bad = export.later_bad
            _deliver(courier, export, drop, since, bad)
            since = drop.instant


def _deliver(
    courier: Courier,
    export: Export,
    drop: Drop,
    since: str | None,
    bad: tuple[Bad, ...],
) -> None:
    changed = "" if since is None else f" where changed_at >= {since}"
    table = table_at(export.macro, drop.until.isoformat())
    if since is not None and not bad and courier.is_empty(table + changed):
        return
    source = table if export.is_whole else table + changed
    # an export names the last day that it covers
    covered = (drop.until - timedelta(days=1)).strftime("%Y%m%d")
    courier.deliver(
        drop,
        f"{export.path}_{covered}.{export.suffix}",
        feed=export.feed,
        source_system=export.source_system,
        select=f"select {export.columns} from {source}",
        order_by=export.order_by,
        key=export.key,
        options=export.options,
        bad=bad,
    )
