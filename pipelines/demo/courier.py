"""The courier: writes extracts the way the tools of the company would, and keeps count.

One `deliver` is one file. What is in the files is decided in `deliveries.py` and its
neighbours; what the counts are compared with is decided in `truth.py`.
"""

import shutil
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

import duckdb

INITIAL = "initial"
"""Folder of what a first run reads."""


@dataclass(frozen=True)
class Drop:
    """What arrives at once: everything known before `until` that was not yet sent."""

    folder: str
    until: date

    @property
    def instant(self) -> str:
        """As a SQL literal."""
        return f"timestamp '{datetime.combine(self.until, time()).isoformat(' ')}'"


@dataclass(frozen=True)
class Bad:
    """Records that must be rejected: copies of good ones with one cell spoilt."""

    rule: str
    column: str
    value: str
    count: int = 1


@dataclass(frozen=True)
class DeliveredFile:
    """One extract, and what must become of its records."""

    drop: str
    path: str
    feed: str
    source_system: str
    until: str
    """Everything before this day that the source system knew was delivered."""
    records: int
    rejects: dict[str, int]
    repeats: str | None = None
    """Path of the file that it is a copy of; a copy must change nothing."""


@dataclass
class Courier:
    """Writes files below `out` and remembers them."""

    connection: duckdb.DuckDBPyConnection
    out: Path
    files: list[DeliveredFile] = field(default_factory=list)

    def deliver(
        self,
        drop: Drop,
        path: str,
        *,
        feed: str,
        source_system: str,
        select: str,
        order_by: str,
        key: str,
        options: str = "format csv, header true",
        bad: tuple[Bad, ...] = (),
    ) -> Path:
        """Copy a query into one file, spoilt records last.

        Args:
            select: SQL of the good records; all columns as they shall be delivered.
            key: The column that takes a key of its own in spoilt records.
        """
        target = self.out / drop.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        parts = [f"select *, 0 as spoilt, 0 as copy_no from ({select})"]
        for number, item in enumerate(bad, 1):
            replaced = {key: f"'BAD-{number}-' || n", item.column: item.value}
            cells = ", ".join(f"{value} as {name}" for name, value in replaced.items())
            parts.append(
                f"select * exclude (n) replace ({cells}),"
                f" {number} as spoilt, n as copy_no"
                f" from (select * from ({select}) order by {order_by} limit 1),"
                f" range(1, {item.count + 1}) as copies (n)"
            )
        union = "\nunion all by name\n".join(parts)
        rows = self.connection.execute(
            f"copy (select * exclude (spoilt, copy_no) from ({union})"
            f" order by spoilt, copy_no, {order_by}) to '{_quoted(target)}' ({options})"
        ).fetchall()
        rejects: dict[str, int] = {}
        for item in bad if int(rows[0][0]) else ():
            rejects[item.rule] = rejects.get(item.rule, 0) + item.count
        self.files.append(
            DeliveredFile(
                drop.folder,
                path,
                feed,
                source_system,
                drop.until.isoformat(),
                int(rows[0][0]),
                rejects,
            )
        )
        return target

    def is_empty(self, source: str) -> bool:
        """Whether a relation has no row."""
        sql = f"select 1 from {source} limit 1"
        return self.connection.execute(sql).fetchone() is None

    def deliver_again(self, drop: Drop, path: str, original: DeliveredFile) -> None:
        """The very same bytes once more, under another name."""
        target = self.out / drop.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.out / original.drop / original.path, target)
        self.files.append(
            DeliveredFile(
                drop.folder,
                path,
                original.feed,
                original.source_system,
                original.until,
                original.records,
                original.rejects,
                repeats=original.path,
            )
        )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
