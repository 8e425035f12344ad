"""From a scanned file to rows that are ready for their raw table.

Chooses the reading path, and leaves temporary tables: `staged` holds the good records.
Nothing of the warehouse is touched here. The paths are in `fast_read.py`, `judge.py`
and `incoming.py`.

Reading paths: `fast` (typed), `text` (as text, rules in SQL), `record` (one by one).
A file takes the next one only when it does not come out even on the one before.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import duckdb

from pipelines.errors import FitmartError
from pipelines.extracts.contract import Contract
from pipelines.extracts.fast_read import Unread, fast_select, stage_fast
from pipelines.extracts.feed import Feed
from pipelines.extracts.header import Drifted, find_drift, join_header, positions
from pipelines.extracts.incoming import (
    Source,
    create_incoming_as_text,
    create_incoming_by_record,
    drop_incoming,
    header_rows,
)
from pipelines.extracts.judge import stage_judged
from pipelines.extracts.mapping import Mapping, map_columns
from pipelines.extracts.rejects import RejectWriter

ReadingPath = Literal["fast", "text", "record"]


@dataclass(frozen=True)
class Staged:
    """What stands in the temporary tables now.

    Args:
        records: Records of the file, as reconciled.
        rejected: Records among them that are rejects of their own fault.
        effective_at: Latest time from which rows hold; of a snapshot, that of them all.
        unread: What to read instead of `staged`, where nothing was read so far.
    """

    header: tuple[str, ...]
    drift: tuple[Drifted, ...]
    mapping: Mapping
    reading_path: ReadingPath
    records: int
    rejected: int
    effective_at: datetime | None
    unread: Unread | None = None


class DriftRefusedError(FitmartError):
    """The columns of a file are not those that its contract expects."""

    def __init__(self, drift: tuple[Drifted, ...]) -> None:
        self.drift = drift
        refused = [item for item in drift if item.decision == "refused"]
        super().__init__(
            "columns differ from the contract: "
            + ", ".join(f"'{item.column_name}' is {item.kind}" for item in refused),
            rule="schema_drift",
            remedy="Correct the contract, or accept this kind of drift in it.",
        )


def stage(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    contract: Contract,
    feed: Feed,
    rejects: RejectWriter,
    *,
    previous: tuple[str, ...] | None = None,
    may_defer: bool = False,
) -> Staged:
    """Read a file into `staged`, and its bad records into `rejects`.

    Args:
        may_defer: The caller reads a clean file itself, once, where it is needed; if
            that fails, it comes back without this.
        previous: The header of the extract before, for a report of what changed.

    Raises:
        FitmartError: The file as a whole cannot be read as its contract says.
    """
    drop_staged(connection)
    rows = header_rows(source)
    is_named = contract.format.type in ("jsonl", "parquet")
    header = rows[0] if is_named else join_header(contract.format, rows)
    drift = _accepted_drift(contract, header, previous)
    mapping = map_columns(contract, feed, header, is_ascii=source.scan.is_ascii)
    width = len(header)
    unread = fast_select(connection, source, contract, mapping)
    is_append = contract.records.mode == "append"
    if may_defer and unread and source.scan.records and is_append:
        return Staged(
            header, drift, mapping, "fast", source.scan.records, 0, None, unread
        )
    reading_path: ReadingPath = "fast"
    records = stage_fast(connection, source, unread)
    if records is None:
        reading_path = "text"
        records = create_incoming_as_text(connection, source, width)
        if records is None:
            reading_path = "record"
            drop_incoming(connection)
            read = positions(contract, header)
            records = create_incoming_by_record(
                connection, source, width, rejects, read
            )
        stage_judged(connection, source, contract, mapping, rejects, records=records)
    effective_at = _settle_effective_at(connection, contract, source)
    return Staged(
        header, drift, mapping, reading_path, records, rejects.count, effective_at
    )


def drop_staged(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget the last file."""
    for name in ("staged", "broken"):
        connection.execute(f"drop table if exists temp.{name}")
    drop_incoming(connection)


def _accepted_drift(
    contract: Contract, header: tuple[str, ...], previous: tuple[str, ...] | None
) -> tuple[Drifted, ...]:
    """What differs from the expected columns, and from those of the extract before.

    Only the contract decides what is refused: what came before depends on the order of
    arrival, so that it is reported and no more.

    Raises:
        DriftRefusedError: The contract refuses a difference.
    """
    drift = find_drift(contract, header)
    if any(item.decision == "refused" for item in drift):
        raise DriftRefusedError(drift)
    known = {(item.kind, item.column_name) for item in drift}
    return drift + tuple(
        replace(item, decision="accepted")
        for item in find_drift(contract, header, previous)
        if (item.kind, item.column_name) not in known
    )


def _settle_effective_at(
    connection: duckdb.DuckDBPyConnection, contract: Contract, source: Source
) -> datetime | None:
    """When the rows hold from; a snapshot is true of one moment, its latest.

    Raises:
        FitmartError: A snapshot has no record, or no time. It would delete everything.
    """
    row = connection.execute("select max(effective_at) from staged").fetchone()
    latest: datetime | None = row[0] if row else None
    if contract.records.mode != "snapshot":
        return latest
    if latest is None:
        raise FitmartError(
            "a snapshot without a record or a time would delete everything",
            file=source.path.name,
            rule="snapshot_is_not_empty",
            remedy="Check the export and accept this refusal. If nothing is left "
            "indeed, withdraw the snapshots before it.",
        )
    connection.execute("update staged set effective_at = ?", [latest])
    return latest
