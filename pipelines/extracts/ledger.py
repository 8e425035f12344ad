"""The ledger: the tables of schema `ops`, and how they are read.

Which extract gets which row is decided in `ingest.py`, `load.py` and `decisions.py`;
what was reported is appended by `publishing/reported.py`. The tables are described in
docs/architecture.md.
"""

from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal

import duckdb

from pipelines.errors import FitmartError

SHORTEST_ID = 4
"""Characters of an id that are enough to name an extract, if no other begins so."""

Status = Literal[
    "loaded", "refused", "withdrawn", "accepted", "stale_contract", "replaced"
]
BLOCKING: tuple[Status, ...] = ("refused", "stale_contract")
"""What keeps the gate shut."""

_TABLES: dict[str, str] = {
    "extracts": """
        extract_id varchar not null, contract_name varchar not null,
        feed varchar not null, source_system varchar not null,
        relative_path varchar not null, content_hash varchar not null,
        contract_hash varchar not null, status varchar not null,
        size_bytes bigint not null, text_bytes bigint, effective_at timestamp,
        records_in_file bigint, loaded_count bigint not null,
        rejected_count bigint not null, superseded_count bigint not null,
        derived_count bigint not null, tombstone_count bigint not null,
        reading_path varchar, header varchar[], refusal_rule varchar,
        refusal_reason varchar, remedy varchar, first_seen_at timestamp not null,
        loaded_at timestamp, decided_at timestamp, decided_by varchar,
        decision_reason varchar, replaced_by varchar""",
    "extract_events": """
        extract_id varchar not null, happened_at timestamp not null,
        event varchar not null, actor varchar not null, reason varchar""",
    "rejects": """
        extract_id varchar not null, record_number bigint, feed varchar not null,
        column_name varchar, rule varchar not null, reason varchar not null,
        remedy varchar not null, value_length bigint,
        raw_record_encrypted varchar not null, rejected_at timestamp not null""",
    "drift": """
        extract_id varchar not null, kind varchar not null, column_name varchar,
        expected varchar, observed varchar, decision varchar not null,
        noticed_at timestamp not null""",
    "unclaimed_files": """
        relative_path varchar not null, size_bytes bigint not null,
        seen_at timestamp not null""",
    "contract_options": """
        contract_name varchar not null, source_system varchar not null,
        feed varchar not null, option_name varchar not null,
        option_value varchar not null""",
    "reported_publications": """
        publication_id varchar not null, as_of date not null,
        published_at timestamp not null, code_version varchar not null""",
    "reported_values": """
        publication_id varchar not null, mart varchar not null,
        row_key varchar not null, value_name varchar not null,
        reported_value decimal(38, 9), reported_text varchar""",
}
_ADDED = {"reported_values": "reported_text varchar"}
"""Columns that tables of earlier homes lack."""


@dataclass(frozen=True)
class Extract:
    """One row of the ledger, in the order of its columns."""

    extract_id: str
    contract_name: str
    feed: str
    source_system: str
    relative_path: str
    content_hash: str
    contract_hash: str
    status: Status
    size_bytes: int
    text_bytes: int | None
    effective_at: datetime | None
    records_in_file: int | None
    loaded_count: int
    rejected_count: int
    superseded_count: int
    derived_count: int
    tombstone_count: int
    reading_path: str | None
    header: list[str] | None
    refusal_rule: str | None
    refusal_reason: str | None
    remedy: str | None
    first_seen_at: datetime
    loaded_at: datetime | None
    decided_at: datetime | None = None
    decided_by: str | None = None
    decision_reason: str | None = None
    replaced_by: str | None = None

    @property
    def holds_rows(self) -> bool:
        """Whether its records stand in the raw table; of an accepted refusal none."""
        is_in = self.status in ("loaded", "stale_contract", "accepted")
        return is_in and self.loaded_at is not None


@dataclass(frozen=True)
class Event:
    """Something that happened to an extract."""

    extract_id: str
    happened_at: datetime
    event: str
    actor: str
    reason: str | None


COLUMNS = tuple(field.name for field in fields(Extract))


def now() -> datetime:
    """This instant in UTC, as the naive timestamps of the warehouse keep it."""
    return datetime.now(UTC).replace(tzinfo=None)


def create_ops_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make all tables of schema `ops` exist."""
    connection.execute("create schema if not exists ops")
    for name, columns in _TABLES.items():
        connection.execute(f"create table if not exists ops.{name} ({columns})")
    for name, column in _ADDED.items():
        connection.execute(f"alter table ops.{name} add column if not exists {column}")


def list_extracts(
    connection: duckdb.DuckDBPyConnection,
    status: Status | None = None,
    feed: str | None = None,
) -> list[Extract]:
    """Rows of the ledger, the newest first."""
    rows = connection.execute(
        f"select {', '.join(COLUMNS)} from ops.extracts"
        " where (?::varchar is null or status = ?) and (?::varchar is null or feed = ?)"
        " order by first_seen_at desc, extract_id",
        [status, status, feed, feed],
    ).fetchall()
    return [Extract(*row) for row in rows]


def find_extract(
    connection: duckdb.DuckDBPyConnection, extract_id: str
) -> Extract | None:
    """One row of the ledger."""
    row = connection.execute(
        f"select {', '.join(COLUMNS)} from ops.extracts where extract_id = ?",
        [extract_id],
    ).fetchone()
    return Extract(*row) if row else None


def required_extract(connection: duckdb.DuckDBPyConnection, extract_id: str) -> Extract:
    """The row of the ledger whose id is this, or alone begins like this.

    Raises:
        FitmartError: There is none, or there are several.
    """
    rows = connection.execute(
        f"select {', '.join(COLUMNS)} from ops.extracts"
        " where starts_with(extract_id, ?) order by extract_id",
        [extract_id],
    ).fetchall()
    found = [Extract(*row) for row in rows if len(extract_id) >= SHORTEST_ID]
    if len(found) == 1:
        return found[0]
    several = ", ".join(one.extract_id for one in found[:3])
    raise FitmartError(
        f"'{extract_id}' begins the ids of several extracts: {several}"
        if found
        else f"there is no extract {extract_id}",
        rule="extract_is_named" if found else "extract_exists",
        remedy="See `fitmart extracts list`.",
    )


def last_header(
    connection: duckdb.DuckDBPyConnection, contract_name: str
) -> tuple[str, ...] | None:
    """Columns of the extract that a contract loaded last."""
    row = connection.execute(
        "select header from ops.extracts where contract_name = ? and header is not null"
        " and loaded_at is not null order by loaded_at desc, extract_id limit 1",
        [contract_name],
    ).fetchone()
    return tuple(row[0]) if row else None


def list_events(
    connection: duckdb.DuckDBPyConnection, extract_id: str | None = None
) -> list[Event]:
    """What happened to one extract, or to all, the oldest first."""
    rows = connection.execute(
        "select extract_id, happened_at, event, actor, reason from ops.extract_events"
        " where ?::varchar is null or extract_id = ? order by happened_at, extract_id",
        [extract_id, extract_id],
    ).fetchall()
    return [Event(*row) for row in rows]


def summarise(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """Number of extracts by feed and status."""
    rows = connection.execute(
        "select feed, status, count(*) from ops.extracts group by feed, status"
        " order by feed, status"
    ).fetchall()
    summary: dict[str, dict[str, int]] = {}
    for feed, status, count in rows:
        summary.setdefault(feed, {})[status] = count
    return summary


def write_extract(connection: duckdb.DuckDBPyConnection, extract: Extract) -> None:
    """Insert a row of the ledger in the place of the one of the same extract."""
    connection.execute(
        "delete from ops.extracts where extract_id = ?", [extract.extract_id]
    )
    marks = ", ".join("?" for _ in COLUMNS)
    connection.execute(
        f"insert into ops.extracts ({', '.join(COLUMNS)}) values ({marks})",
        list(astuple(extract)),
    )


def set_values(
    connection: duckdb.DuckDBPyConnection, extract_id: str, **values: Any
) -> None:
    """Change columns of one row of the ledger."""
    names = [name for name in values if name in COLUMNS]
    connection.execute(
        f"update ops.extracts set {', '.join(f'{name} = ?' for name in names)}"
        " where extract_id = ?",
        [*(values[name] for name in names), extract_id],
    )


def record_event(
    connection: duckdb.DuckDBPyConnection,
    extract_id: str,
    event: str,
    actor: str,
    reason: str | None = None,
) -> None:
    """Append an event of an extract."""
    connection.execute(
        "insert into ops.extract_events values (?, ?, ?, ?, ?)",
        [extract_id, now(), event, actor, reason],
    )
