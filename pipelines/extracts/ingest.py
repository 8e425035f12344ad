"""The ingest of a landing folder: every new extract, exactly once.

Goes from file to file and decides which are tried; what becomes of one is settled in
`attempt.py`. Decisions of people are in `decisions.py`.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.extracts.attempt import Attempt, ExtractOutcome, Workshop
from pipelines.extracts.contract import Contract
from pipelines.extracts.feed import create_raw_tables_sql, load_feeds
from pipelines.extracts.keys import create_keyed_hash, load_key, reject_cipher
from pipelines.extracts.known import (
    already_there,
    loaded_beside,
    loaded_by_a_contract_that_is_gone,
    mark_stale,
    read_before,
    refused_unread,
)
from pipelines.extracts.landing import Delivered, claims, list_landing, unclaimed
from pipelines.extracts.ledger import (
    create_ops_tables,
    list_extracts,
    now,
)
from pipelines.extracts.limits import Limits
from pipelines.extracts.load import Loading, transaction
from pipelines.extracts.warehouse import open_build, storage_errors
from pipelines.project import Settings

Progress = Callable[[str, int, int], None]
"""Called with the file at work, the bytes read so far, and those of all files."""


@dataclass(frozen=True)
class FeedReport:
    """What one ingest did for one feed.

    Args:
        seen: Files that its contracts claim.
        rows: Rows that it loaded.
        rejected: Records that did not load, those of refused extracts included.
    """

    seen: int = 0
    loaded: int = 0
    already_loaded: int = 0
    refused: int = 0
    changed: int = 0
    rejected: int = 0
    rows: int = 0


@dataclass(frozen=True)
class IngestReport:
    """What one ingest did."""

    feeds: dict[str, FeedReport]
    outcomes: tuple[ExtractOutcome, ...]
    unclaimed: tuple[str, ...]
    stale: tuple[str, ...]
    """Extracts that an older form of their contract has read."""
    beside: tuple[str, ...]
    """Files loaded now whose name brought other content before, which stays loaded,
    where nothing tells whether they hold the same records."""


def ingest(
    settings: Settings,
    contracts: Sequence[Contract],
    *,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> IngestReport:
    """Load what is new in the landing folder.

    Raises:
        FitmartError: The landing or the home cannot be used; no file is to blame.
    """
    files = list_landing(settings.landing)
    with open_workshop(settings, limits) as workshop:
        _note_surroundings(workshop, files, contracts)
        stale = mark_stale(workshop, contracts)
        names = {contract.contract for contract in contracts}
        total = sum(file.size for file in files)
        outcomes: list[ExtractOutcome] = []
        done = 0
        for file in files:
            for contract in (one for one in contracts if claims(one, file)):
                if progress is not None:
                    progress(file.relative_path, done, total)
                outcomes.append(_take(workshop, file, contract, names))
            done += file.size
        if progress is not None:
            progress("", total, total)
        beside = loaded_beside(workshop, outcomes, contracts)
    return IngestReport(
        feeds=_by_feed(outcomes),
        outcomes=tuple(outcomes),
        unclaimed=tuple(file.relative_path for file in unclaimed(files, contracts)),
        stale=stale,
        beside=beside,
    )


@contextmanager
def open_workshop(
    settings: Settings, limits: Limits | None = None
) -> Iterator[Workshop]:
    """The build with all its tables, ready to take extracts."""
    home = settings.home
    with storage_errors(str(home.path)):
        key = load_key(home)
        _sweep(home.spool)
        connection = open_build(home)
        try:
            workshop = Workshop(
                home,
                connection,
                reject_cipher(key),
                limits or Limits.from_environment(),
            )
            prepare(connection, key)
            yield workshop
        finally:
            connection.close()
            shutil.rmtree(home.spool / "extract", ignore_errors=True)


def _sweep(spool: Path) -> None:
    """Remove what a run that was killed has left behind, spilled rows included."""
    for path in spool.glob("*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def prepare(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Make every table exist, and the macro that hashes personal data."""
    # Of the ways to compress texts the newest includes these, and is nearly always
    # chosen: trying them for every row group costs a seventh of a load.
    connection.execute("set disabled_compression_methods = 'fsst,dictionary,zstd'")
    create_keyed_hash(connection, key)
    # In one transaction, since every commit waits for the disk.
    with transaction(connection):
        create_ops_tables(connection)
        held = _raw_columns(connection)
        for feed in load_feeds().values():
            for statement in create_raw_tables_sql(feed, held[feed.relation]):
                connection.execute(statement)


def _raw_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """Columns of the raw tables that there are; of others none."""
    rows = connection.execute(
        "select schema_name || '.' || table_name, list(column_name)"
        " from duckdb_columns() where starts_with(schema_name, 'raw_') group by all"
    ).fetchall()
    held = {relation: frozenset(names) for relation, names in rows}
    return defaultdict(frozenset, held)


def _take(
    workshop: Workshop, file: Delivered, contract: Contract, names: set[str]
) -> ExtractOutcome:
    """Load one file under one contract, unless it is known already.

    Args:
        names: Of all contracts that there are.
    """
    attempt = Attempt(workshop, file, contract)
    known = {one.extract_id: one for one in list_extracts(workshop.connection)}
    before = known.get(attempt.extract_id)
    replaces = None
    if before is None or before.status == "replaced":
        # What took its place may still hold its records, under another contract.
        before = read_before(known, attempt, file, contract)
        if before is None or before.status == "refused":
            before, replaces = None, before
    if before is None:
        loading = Loading(workshop.connection, workshop.cipher)
        orphan = loaded_by_a_contract_that_is_gone(known, attempt, contract, names)
        if orphan is not None:
            return attempt.refuse(loading, already_there(orphan, file))
        replaces = replaces or refused_unread(known, attempt, file, contract)
        return attempt.settle(loading, replaces)
    return ExtractOutcome(
        extract_id=before.extract_id,
        contract_name=contract.contract,
        feed=contract.feed,
        relative_path=file.relative_path,
        outcome="refused" if before.status == "refused" else "already_loaded",
    ).with_counts(before)


def _note_surroundings(
    workshop: Workshop, files: Sequence[Delivered], contracts: Sequence[Contract]
) -> None:
    """Write down which files nobody claims, and the options of the contracts."""
    connection, seen_at = workshop.connection, now()
    with transaction(connection):
        connection.execute("delete from ops.unclaimed_files")
        for file in unclaimed(files, contracts):
            connection.execute(
                "insert into ops.unclaimed_files values (?, ?, ?)",
                [file.relative_path, file.size, seen_at],
            )
        connection.execute("delete from ops.contract_options")
        for contract in contracts:
            for name, value in contract.options.items():
                connection.execute(
                    "insert into ops.contract_options values (?, ?, ?, ?, ?)",
                    [
                        contract.contract,
                        contract.source_system,
                        contract.feed,
                        name,
                        value,
                    ],
                )


def _by_feed(outcomes: Sequence[ExtractOutcome]) -> dict[str, FeedReport]:
    grouped: dict[str, list[ExtractOutcome]] = defaultdict(list)
    for one in outcomes:
        grouped[one.feed].append(one)
    return {feed: _feed_report(found) for feed, found in sorted(grouped.items())}


def _feed_report(found: Sequence[ExtractOutcome]) -> FeedReport:
    def count(outcome: str) -> int:
        return sum(one.outcome == outcome for one in found)

    new = [one for one in found if one.outcome != "already_loaded"]
    return FeedReport(
        seen=len(found),
        loaded=count("loaded"),
        already_loaded=count("already_loaded"),
        refused=count("refused"),
        changed=count("changed"),
        rejected=sum(one.rejected for one in new),
        rows=sum(one.loaded for one in new),
    )
