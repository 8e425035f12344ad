"""From a scanned file to rows that are ready for their raw table.

Chooses the reading path, maps the cells and separates rejects, all in temporary tables:
`staged` holds the good records. Nothing of the warehouse is touched here.

Reading paths: `fast` (typed), `text` (as text, rules in SQL), `record` (one by one).
A file takes the next one only when it does not come out even on the one before.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import duckdb

from pipelines.errors import FitmartError
from pipelines.extracts.contract import Contract
from pipelines.extracts.feed import Feed
from pipelines.extracts.header import Drifted, find_drift, join_header
from pipelines.extracts.incoming import (
    UNREADABLE,
    Source,
    create_incoming_as_text,
    create_incoming_by_record,
    drop_incoming,
    header_rows,
    raw_texts,
)
from pipelines.extracts.mapping import Mapping, map_columns
from pipelines.extracts.read_csv import csv_relation
from pipelines.extracts.rejects import RejectWriter
from pipelines.extracts.scan import dialect_of
from pipelines.extracts.settle import unambiguous_sql

ReadingPath = Literal["fast", "text", "record"]


@dataclass(frozen=True)
class Unread:
    """A select that yields what `staged` would hold, and its bound values."""

    sql: str
    values: list[object]


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
    mapping = map_columns(contract, feed, header)
    width = len(header)
    unread = _fast_select(source, contract, mapping)
    is_append = contract.records.mode == "append"
    if may_defer and unread and source.scan.records and is_append:
        return Staged(
            header, drift, mapping, "fast", source.scan.records, 0, None, unread
        )
    reading_path: ReadingPath = "fast"
    records = _stage_fast(connection, source, unread)
    if records is None:
        reading_path = "text"
        records = create_incoming_as_text(connection, source, width)
        if records is None:
            reading_path = "record"
            drop_incoming(connection)
            records = create_incoming_by_record(connection, source, width, rejects)
        _stage_mapped(
            connection, source, contract, mapping, rejects, records=records
        )
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


def _fast_select(
    source: Source, contract: Contract, mapping: Mapping
) -> Unread | None:
    """The typed reading of a file that DuckDB can cut itself."""
    scan = source.scan
    if contract.survey or not source.can_skip_the_tokenizer or scan.text is None:
        return None
    relation, values = csv_relation(
        scan.text,
        dialect_of(source.file_format),
        mapping.fast_cell_types,
        scan.skip_lines,
        scan.longest,
    )
    columns = [f"{one.fast_expression} as {one.name}" for one in mapping.columns]
    if any(column.record_number for column in contract.columns.values()):
        # Keeps the order of the file, for which it gives up reading in parallel.
        relation = f"(select row_number() over () as record_number, * from {relation})"
    sql = f"select {', '.join(columns)}, {_about_record(mapping)} from {relation}"
    return Unread(sql, values)


def _stage_fast(
    connection: duckdb.DuckDBPyConnection, source: Source, unread: Unread | None
) -> int | None:
    """Read typed values at once; the number of records, or nothing if that failed."""
    if unread is None:
        return None
    try:
        connection.execute(
            f"create temp table staged as {unread.sql}", unread.values
        )
    except UNREADABLE:
        return None
    row = connection.execute("select count(*) from staged").fetchone()
    if row is not None and row[0] == source.scan.records:
        return source.scan.records
    connection.execute("drop table temp.staged")
    return None


def _stage_mapped(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    contract: Contract,
    mapping: Mapping,
    rejects: RejectWriter,
    *,
    records: int,
) -> None:
    """Judge every incoming record by the rules, and map those that pass."""
    whens = [f"when {rule.broken} then {n}" for n, rule in enumerate(mapping.rules)]
    verdict = f"case {' '.join(whens)} end" if whens else "null::integer"
    connection.execute(
        "create temp table broken as select record_number, rule from"
        f" (select record_number, {verdict} as rule from incoming)"
        " where rule is not null order by record_number"
    )
    found = connection.execute("select count(*) from broken").fetchone()
    number_broken = int(found[0]) if found else 0
    if is_over_limit(contract, records, rejects.count + number_broken):
        rejects.most = source.limits.listed_rejects
    _list_broken(connection, source, mapping, rejects, number_broken)
    columns = [f"{one.expression} as {one.name}" for one in mapping.columns]
    if contract.survey is not None:
        columns.append(f"{_answers_text(mapping)} as answers_text")
    passing = (
        " where record_number not in (select record_number from broken)"
        if number_broken
        else ""
    )
    connection.execute(
        f"create temp table staged as select record_number, {', '.join(columns)},"
        f" {_about_record(mapping)} from incoming{passing}"
    )


def _answers_text(mapping: Mapping) -> str:
    """SQL of all that a response answers: answers are part of what it says."""
    return unambiguous_sql(
        [f"c{cell}" for question in mapping.questions for cell in question.cells]
    )


def _about_record(mapping: Mapping) -> str:
    """What a record has beside its columns."""
    return (
        f"({mapping.effective_at or 'null'})::timestamp as effective_at,"
        f" {mapping.is_deleted} as is_deleted,"
        f" {mapping.version or 'null'} as record_version"
    )


def _list_broken(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    mapping: Mapping,
    rejects: RejectWriter,
    number_broken: int,
) -> None:
    if number_broken == 0:
        return
    room = number_broken
    if rejects.most is not None:
        room = max(0, rejects.most - rejects.listed)
    cells = {one.name: one.cells for one in mapping.columns}
    lengths = []
    for number, rule in enumerate(mapping.rules):
        read = cells.get(rule.column) or cells.get(f"{rule.column}_hash") or ()
        if read:
            lengths.append(f"when {number} then length(c{read[0]})")
    length = f"case rule {' '.join(lengths)} end" if lengths else "null"
    rows = connection.execute(
        f"select record_number, rule, {length} from broken"
        " inner join incoming using (record_number) order by record_number limit ?",
        [room],
    ).fetchall()
    texts = raw_texts(connection, source, [row[0] for row in rows])
    for record_number, number, value_length in rows:
        rule = mapping.rules[number]
        rejects.add(
            record_number,
            texts[record_number],
            rule.name,
            rule.reason,
            remedy=rule.remedy,
            column=rule.column,
            value_length=value_length,
        )
    rejects.count += number_broken - len(rows)


def is_over_limit(contract: Contract, records: int, rejected: int) -> bool:
    """Whether so many rejects refuse the extract whole."""
    return rejected > contract.records.max_reject_rate * records


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
            remedy="Check the export; accept this refusal if it is meant to be empty.",
        )
    connection.execute("update staged set effective_at = ?", [latest])
    return latest
