"""One transaction for one extract: rows, rejects, drift, ledger row, or nothing.

Also takes an extract out again. Everything that a change touches, counts of other
extracts included, is settled before it commits. Reading files is not done here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb
from cryptography.fernet import Fernet

from pipelines.extracts.change import Change, place_left, place_of
from pipelines.extracts.contract import Contract
from pipelines.extracts.derive import insert_derived
from pipelines.extracts.header import Drifted
from pipelines.extracts.insert import insert_rows
from pipelines.extracts.ledger import (
    Extract,
    find_extract,
    now,
    record_event,
    set_values,
    write_extract,
)
from pipelines.extracts.rejects import RejectWriter
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
    place = place_of(contract)
    if replaces is not None:
        extract = replace(extract, first_seen_at=replaces.first_seen_at)
        leaves = place_left(connection, replaces, contract)
        is_there = _holds_rows(connection, extract.extract_id, replaces)
        if is_there or leaves != place:
            withdraw_rows(loading, replaces, contract)
        if is_there:
            _mark_replaced(loading, replaces, extract.extract_id)
            return _reread(connection, extract.extract_id)
    change = Change(connection, loading.cipher, place)
    if replaces is not None:
        if leaves == place:
            change.take_out(replaces)
        _mark_replaced(loading, replaces, extract.extract_id)
    forget_notes(connection, extract.extract_id)
    write_extract(connection, replace(extract, rejected_count=rejects.count))
    insert_rows(connection, change.feed, extract, contract, staged)
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


def withdraw_rows(
    loading: Loading, extract: Extract, contract: Contract | None
) -> None:
    """Take the rows of an extract out and settle what is left.

    Runs in the transaction of its caller; the ledger row stays as it is.

    Args:
        contract: As it is today; nothing when it is gone.
    """
    place = place_left(loading.connection, extract, contract)
    change = Change(loading.connection, loading.cipher, place)
    change.take_out(extract)
    change.recount(change.settle() - {extract.extract_id})


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


def _holds_rows(
    connection: duckdb.DuckDBPyConnection, extract_id: str, replaces: Extract
) -> bool:
    """Whether another extract than the one to be replaced has this identity, and rows:
    a file can have been delivered under two names, or read after it was refused."""
    held = find_extract(connection, extract_id)
    return (
        held is not None and held.extract_id != replaces.extract_id and held.holds_rows
    )


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
