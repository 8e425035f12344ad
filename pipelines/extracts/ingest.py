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

from pipelines.errors import FitmartError
from pipelines.extracts.attempt import (
    Attempt,
    ExtractOutcome,
    Workshop,
    identify,
    named_time,
    place_hash,
    readable_name,
)
from pipelines.extracts.contract import Contract
from pipelines.extracts.feed import create_raw_tables_sql, load_feeds
from pipelines.extracts.keys import create_keyed_hash, load_key, reject_cipher
from pipelines.extracts.landing import Delivered, claims, list_landing, unclaimed
from pipelines.extracts.ledger import (
    Extract,
    create_ops_tables,
    list_extracts,
    now,
    record_event,
    set_values,
)
from pipelines.extracts.limits import Limits
from pipelines.extracts.load import Loading, transaction
from pipelines.extracts.scan import raw_hash
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
    return IngestReport(
        feeds=_by_feed(outcomes),
        outcomes=tuple(outcomes),
        unclaimed=tuple(file.relative_path for file in unclaimed(files, contracts)),
        stale=stale,
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
        before = _read_before(known, attempt, file, contract)
        if before is None or before.status == "refused":
            before, replaces = None, before
    if before is None:
        loading = Loading(workshop.connection, workshop.cipher)
        orphan = _loaded_by_a_contract_that_is_gone(known, attempt, contract, names)
        if orphan is not None:
            return attempt.refuse(loading, _already_there(orphan, file))
        replaces = replaces or _refused_unread(known, attempt, file, contract)
        return attempt.settle(loading, replaces)
    return ExtractOutcome(
        extract_id=before.extract_id,
        contract_name=contract.contract,
        feed=contract.feed,
        relative_path=file.relative_path,
        outcome="refused" if before.status == "refused" else "already_loaded",
    ).with_counts(before)


def _read_before(
    known: dict[str, Extract], attempt: Attempt, file: Delivered, contract: Contract
) -> Extract | None:
    """The extract that an older form of the contract made of the same content."""
    others = [
        one
        for one in known.values()
        if one.content_hash == attempt.content_hash
        and one.contract_name == contract.contract
        and one.contract_hash != contract.meaning_hash
        and one.status != "replaced"
    ]
    time = named_time(contract, readable_name(file.path))
    for one in others:
        if identify(one.content_hash, one.contract_hash, time) == one.extract_id:
            return one
    same_place = [one for one in others if one.relative_path == file.relative_path]
    return next(iter(same_place), None)


def _refused_unread(
    known: dict[str, Extract], attempt: Attempt, file: Delivered, contract: Contract
) -> Extract | None:
    """The refusal of the same file when its content could not be read, and only its
    bytes or its place were known."""
    refused = [
        one
        for one in known.values()
        if one.status == "refused"
        and one.contract_name == contract.contract
        and one.relative_path == file.relative_path
        and one.content_hash != attempt.content_hash
    ]
    if not refused or file.refusal is not None:
        return None
    hashes = {place_hash(file), raw_hash(file.path)}
    return next((one for one in refused if one.content_hash in hashes), None)


def _loaded_by_a_contract_that_is_gone(
    known: dict[str, Extract], attempt: Attempt, contract: Contract, names: set[str]
) -> Extract | None:
    """The extract that holds the same content for the same feed."""
    return next(
        (
            one
            for one in known.values()
            if one.content_hash == attempt.content_hash
            and one.feed == contract.feed
            and one.contract_name not in names
            and one.holds_rows
        ),
        None,
    )


def _already_there(orphan: Extract, file: Delivered) -> FitmartError:
    return FitmartError(
        f"contract '{orphan.contract_name}', which is gone, has loaded the same "
        f"content as extract {orphan.extract_id}",
        file=file.relative_path,
        rule="content_is_new",
        remedy="If the contract was renamed and changed at once, give it its old name "
        "back and accept this refusal; else withdraw that extract and reload this one.",
    )


def follow_renames(workshop: Workshop, contracts: Sequence[Contract]) -> None:
    """Give the extracts of a contract that is gone to one that means the same.

    A contract's name is no part of its meaning; without this a renamed one would not
    know what it has read, and the next change of it would read all of it again.
    """
    names = {contract.contract for contract in contracts}
    for one in list_extracts(workshop.connection):
        if one.contract_name in names:
            continue
        heirs = [it for it in contracts if it.meaning_hash == one.contract_hash]
        place = Delivered(workshop.home.path, one.relative_path, 0)
        # Several may mean the same and differ in the files that they claim.
        heirs.sort(key=lambda it: (not claims(it, place), it.contract))
        if not heirs:
            continue
        name = heirs[0].contract
        set_values(workshop.connection, one.extract_id, contract_name=name)
        reason = f"contract {one.contract_name} is called {name} now"
        record_event(
            workshop.connection, one.extract_id, "contract_renamed", "ingest", reason
        )


def mark_stale(workshop: Workshop, contracts: Sequence[Contract]) -> tuple[str, ...]:
    """Mark what a contract has read that means something else by now.

    A contract that was put back as it was makes its extracts fresh again.
    """
    meanings = {contract.contract: contract.meaning_hash for contract in contracts}
    stale = []
    with transaction(workshop.connection):
        follow_renames(workshop, contracts)
        for one in list_extracts(workshop.connection):
            if one.contract_name not in meanings:
                continue
            is_current = one.contract_hash == meanings[one.contract_name]
            if one.status == "loaded" and not is_current:
                _set_status(workshop, one, "stale_contract")
            elif one.status == "stale_contract" and is_current:
                _set_status(workshop, one, "loaded")
                continue
            elif one.status != "stale_contract":
                continue
            stale.append(one.extract_id)
    return tuple(stale)


def _set_status(workshop: Workshop, extract: Extract, status: str) -> None:
    set_values(workshop.connection, extract.extract_id, status=status)
    record_event(workshop.connection, extract.extract_id, status, "ingest")


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
