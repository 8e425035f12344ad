"""One transaction for one extract: rows, rejects, drift, ledger row, or nothing.

Also takes an extract out again. Everything that a change touches, counts of other
extracts included, is settled before it commits. Reading files is not done here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb
from cryptography.fernet import Fernet

from pipelines.extracts.contract import Contract
from pipelines.extracts.derive import delete_derived, insert_derived, settle_derived
from pipelines.extracts.feed import Feed, load_feeds
from pipelines.extracts.header import Drifted
from pipelines.extracts.ledger import (
    Extract,
    find_extract,
    now,
    record_event,
    set_values,
    write_extract,
)
from pipelines.extracts.recount import list_conflicts, recount
from pipelines.extracts.rejects import RejectWriter
from pipelines.extracts.settle import Settlement, content_hash_sql, identity_of
from pipelines.extracts.snapshots import (
    loaded_snapshots,
    replace_tombstones,
    successor,
)
from pipelines.extracts.stage import Staged


@dataclass(frozen=True)
class Loading:
    """What one transaction works with.

    Args:
        cipher: Encrypts rejects.
        actor: Who asked for it.
        event: What the ledger calls it, such as `loaded` or `reloaded`.
        reason: Why, when a person asked for it.
    """

    connection: duckdb.DuckDBPyConnection
    cipher: Fernet
    actor: str = "ingest"
    event: str = "loaded"
    reason: str | None = None


class MisreadError(Exception):
    """A fast reading did not find every record; the file is read with more care."""


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("begin transaction")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def load_staged(
    loading: Loading,
    extract: Extract,
    contract: Contract,
    staged: Staged,
    rejects: RejectWriter,
    *,
    replaces: Extract | None = None,
) -> Extract:
    """Insert what is staged as this extract; its ledger row as it then stands.

    Runs in the transaction of its caller.

    Args:
        extract: The ledger row but for the counts, which are made here.
        replaces: The extract that this one takes the place of.

    Raises:
        FitmartError: Records in the file are not loaded + rejected + superseded.
    """
    connection = loading.connection
    change = Change(loading, contract)
    if replaces is not None:
        change.take_out(replaces)
        _mark_replaced(loading, replaces, extract.extract_id)
    forget_notes(connection, extract.extract_id)
    write_extract(connection, replace(extract, rejected_count=rejects.count))
    _insert_rows(connection, change.feed, extract, contract, staged)
    rejects.store(connection, extract.extract_id, change.feed.name, now())
    write_drift(connection, extract.extract_id, staged.drift)
    change.put_in(extract)
    changed = change.settle()
    if contract.survey is not None:
        insert_derived(connection, contract, extract, staged)
    change.recount(changed | {extract.extract_id})
    record_event(
        connection, extract.extract_id, loading.event, loading.actor, loading.reason
    )
    return _reread(connection, extract.extract_id)


def refuse(
    loading: Loading,
    extract: Extract,
    drift: tuple[Drifted, ...],
    rejects: RejectWriter,
    replaces: Extract | None = None,
) -> None:
    """Note that an extract was refused, with what was wrong; no row is loaded.

    Runs in the transaction of its caller.
    """
    connection = loading.connection
    if replaces is not None:
        _mark_replaced(loading, replaces, extract.extract_id)
    forget_notes(connection, extract.extract_id)
    write_extract(connection, extract)
    rejects.store(connection, extract.extract_id, extract.feed, now())
    write_drift(connection, extract.extract_id, drift)
    record_event(
        connection,
        extract.extract_id,
        "refused",
        loading.actor,
        extract.refusal_reason,
    )


def withdraw_rows(loading: Loading, extract: Extract, contract: Contract) -> None:
    """Take the rows of an extract out and settle what is left.

    Runs in the transaction of its caller; the ledger row stays as it is.
    """
    change = Change(loading, contract)
    change.take_out(extract)
    change.recount(change.settle() - {extract.extract_id})


class Change:
    """Extracts of one feed and source system that come and go together."""

    def __init__(self, loading: Loading, contract: Contract) -> None:
        self.feed = load_feeds()[contract.feed]
        self._loading = loading
        self._connection = loading.connection
        self._source_system = contract.source_system
        self._is_snapshot = contract.records.mode == "snapshot"
        self._settlement = Settlement(
            self._connection,
            self.feed,
            contract.source_system,
            identity_of(contract.records),
        )

    def take_out(self, extract: Extract) -> None:
        """Delete the rows of an extract, derived ones too."""
        self._settlement.touch(extract.extract_id, will_go=True)
        following = None
        if self._is_snapshot and extract.loaded_at is not None:
            following = successor(self._snapshots(), extract.extract_id)
        delete_derived(self._connection, self.feed, extract)
        self._connection.execute(
            f"delete from {self.feed.relation} where extract_id = ?",
            [extract.extract_id],
        )
        # Without a time of loading it no longer counts among the snapshots.
        set_values(self._connection, extract.extract_id, loaded_at=None)
        if following is not None:
            self._bury(following)

    def put_in(self, extract: Extract) -> None:
        """Take note of the rows that an extract has brought."""
        self._settlement.touch(extract.extract_id)
        if self._is_snapshot:
            following = successor(self._snapshots(), extract.extract_id)
            self._bury(extract.extract_id)
            if following is not None:
                self._bury(following)

    def settle(self) -> set[str]:
        """Decide which rows count; the extracts of which some row changed."""
        changed = self._settlement.settle()
        list_conflicts(self._connection, self.feed, self._loading.cipher)
        settle_derived(self._connection, self.feed, self._source_system)
        return changed

    def recount(self, extract_ids: set[str]) -> None:
        """Bring the counts of these extracts up to date, and hold them to the files."""
        recount(self._connection, self.feed, extract_ids)

    def _snapshots(self) -> list[tuple[str, bool]]:
        return loaded_snapshots(self._connection, self.feed, self._source_system)

    def _bury(self, extract_id: str) -> None:
        self._settlement.touch(extract_id, will_go=True)
        replace_tombstones(self._connection, self.feed, self._snapshots(), extract_id)
        self._settlement.touch(extract_id)


def forget_notes(connection: duckdb.DuckDBPyConnection, extract_id: str) -> None:
    """Delete rejects and drift of an earlier attempt at the same extract."""
    for table in ("rejects", "drift"):
        connection.execute(
            f"delete from ops.{table} where extract_id = ?", [extract_id]
        )


def write_drift(
    connection: duckdb.DuckDBPyConnection, extract_id: str, drift: tuple[Drifted, ...]
) -> None:
    """Note every column that is not as expected."""
    noticed_at = now()
    for item in drift:
        connection.execute(
            "insert into ops.drift values (?, ?, ?, ?, ?, ?, ?)",
            [
                extract_id,
                item.kind,
                item.column_name,
                item.expected,
                item.observed,
                item.decision,
                noticed_at,
            ],
        )


def _insert_rows(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    extract: Extract,
    contract: Contract,
    staged: Staged,
) -> None:
    """Copy `staged` into the raw table; every row begins as `current`."""
    columns = list(feed.raw_columns)
    # What people answered is part of what a response says.
    compared = [*columns, "answers_text"] if contract.survey else columns
    content_hash = (
        content_hash_sql(compared) if contract.has_own_identity else "null::varchar"
    )
    unread = staged.unread
    number = {"fast": "rowid + 1"}.get(staged.reading_path, "record_number")
    relation = "staged" if unread is None else f"({unread.sql}) as staged"
    cursor = connection.execute(
        f"insert into {feed.relation} select {', '.join(columns)}, ?, ?,"
        f" {number if unread is None else '0'}, ?,"
        f" is_deleted, {_effective_at(contract)}, {content_hash}, 'current'"
        f" from {relation}",
        [
            extract.source_system,
            extract.extract_id,
            extract.loaded_at,
            *(unread.values if unread else ()),
        ],
    )
    inserted = cursor.fetchone()
    if unread is None:
        return
    if inserted is None or inserted[0] != staged.records:
        raise MisreadError(extract.relative_path)
    # Rows are kept in the order of the file: their place is their number. Numbering
    # them while they are read would take the reading out of its parallel course.
    connection.execute(
        f"update {feed.relation} set record_number = 1 + rowid"
        f" - (select min(rowid) from {feed.relation} where extract_id = ?)"
        " where extract_id = ?",
        [extract.extract_id, extract.extract_id],
    )


def _effective_at(contract: Contract) -> str:
    """The rank of a row: its time, or the version that an append contract names."""
    version = contract.records.version
    if version is None:
        return "effective_at"
    if version.type == "number":
        # The raw table ranks by time; a number is so many seconds of it.
        return "make_timestamp((record_version * 1000000)::bigint)"
    return "record_version"


def _mark_replaced(loading: Loading, old: Extract, extract_id: str) -> None:
    if old.extract_id == extract_id:
        return
    set_values(
        loading.connection, old.extract_id, status="replaced", replaced_by=extract_id
    )
    record_event(
        loading.connection, old.extract_id, "replaced", loading.actor, loading.reason
    )


def _reread(connection: duckdb.DuckDBPyConnection, extract_id: str) -> Extract:
    extract = find_extract(connection, extract_id)
    if extract is None:
        raise LookupError(extract_id)
    return extract
