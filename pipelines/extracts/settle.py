"""Which row of a key counts: `record_status`, set by set, whatever came first.

Settles the rows of affected keys only. The outcome is a function of the rows that are
there, never of the order in which they arrived (docs/architecture.md has the rules).
"""

from typing import Literal

import duckdb

from pipelines.extracts.contract import Records
from pipelines.extracts.feed import Feed

Identity = Literal["place", "key", "ranked"]
"""What makes a record the same record: its place in the file, its key, or its key with
a rank that says which of several holds."""

_ONE_PER_KEY = """
    case
        when content_hash is distinct from first_value(content_hash) over (
            partition by {key} order by content_hash nulls last
        ) then 'conflict'
        when row_number() over (
            partition by {key}, content_hash
            order by extract_id, record_number nulls last
        ) > 1 then 'superseded'
        else 'current'
    end
"""
_HIGHEST_RANK = """
    case
        when row_number() over (
            partition by {key}, effective_at, content_hash, is_deleted
            order by extract_id, record_number nulls last
        ) > 1 then 'superseded'
        when row_number() over (
            partition by {key}
            order by
                effective_at desc nulls last, content_hash desc nulls last,
                is_deleted desc, extract_id, record_number nulls last
        ) = 1 then 'current'
        else 'history'
    end
"""


def identity_of(records: Records) -> Identity:
    """How records that a contract delivers are compared."""
    if records.same_record == "extract_and_record":
        return "place"
    return "key" if records.mode == "append" and not records.version else "ranked"


def key_columns(feed: Feed) -> tuple[str, ...]:
    """The raw columns of the feed's key."""
    return tuple(
        f"{name}_hash" if feed.columns[name].personal == "email" else name
        for name in feed.key
    )


def unambiguous_sql(names: list[str]) -> str:
    """SQL of a text of columns: each value is led by its length, so that no two
    different rows give the same text."""
    parts = [
        f"coalesce(strlen({name}::varchar)::varchar || ':' || {name}::varchar, '-')"
        for name in names
    ]
    return f"concat('', {', '.join(parts)})" if parts else "''"


def content_hash_sql(names: list[str]) -> str:
    """SQL of a hash over columns."""
    return f"md5({unambiguous_sql(names)})"


class Settlement:
    """Settles the keys of one feed and source system within one transaction.

    `touch` names rows whose keys are affected, before they go or after they came;
    `settle` then decides once for all of them.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        feed: Feed,
        source_system: str,
        identity: Identity,
    ) -> None:
        self._connection = connection
        self._feed = feed
        self._source_system = source_system
        self._identity = identity
        self._key_hash = f"hash({', '.join(key_columns(feed))})"
        self._arrived: list[str] = []
        self._is_anything_gone = False
        for name, columns in (
            ("affected", "key_hash ubigint"),
            ("settled", "row_id bigint, extract_id varchar, record_number bigint,"
             " was varchar, becomes varchar"),
        ):  # fmt: skip
            connection.execute(f"create or replace temp table {name} ({columns})")

    def touch(self, extract_id: str, will_go: bool = False) -> None:
        """The keys of an extract's rows are affected: as they are now, if these will
        go, else as they are when all is settled."""
        if self._identity == "place":
            return
        if not will_go:
            self._arrived.append(extract_id)
            return
        self._is_anything_gone = True
        self._affect([extract_id])

    def settle(self) -> set[str]:
        """Decide the status of all rows of the affected keys.

        Returns:
            The extracts that have a row whose status changed; the rows themselves
            stand in the temporary table `settled`.
        """
        if self._identity == "place":
            return set()
        self._find_contested()
        rule = _ONE_PER_KEY if self._identity == "key" else _HIGHEST_RANK
        becomes = rule.format(key=", ".join(key_columns(self._feed)))
        self._connection.execute(
            "insert into settled"
            " select row_id, extract_id, record_number, was, becomes from ("
            f" select *, {becomes} as becomes from ("
            f" select rowid as row_id, extract_id, record_number, {self._content_hash},"
            " effective_at, is_deleted, record_status as was,"
            f" {', '.join(key_columns(self._feed))} from {self._feed.relation}"
            f" where {self._delivered} and {self._key_hash} in"
            " (select key_hash from contested)))"
            " where was <> becomes",
            [self._source_system, self._feed.name],
        )
        self._connection.execute(
            f"update {self._feed.relation} set record_status = settled.becomes"
            f" from settled where {self._feed.relation}.rowid = settled.row_id"
        )
        changed = self._connection.execute(
            "select distinct extract_id from settled"
        ).fetchall()
        return {row[0] for row in changed}

    @property
    def _delivered(self) -> str:
        """Rows that were delivered for this feed, not derived from another's."""
        return (
            "source_system = ? and extract_id in"
            " (select extract_id from ops.extracts where feed = ?)"
        )

    @property
    def _content_hash(self) -> str:
        """What is compared where two rows have one key. Few have, so that rows which
        are not ranked are loaded without it."""
        if self._identity == "ranked":
            return "content_hash"
        computed = content_hash_sql(list(self._feed.raw_columns))
        return f"coalesce(content_hash, {computed}) as content_hash"

    def _affect(self, extract_ids: list[str]) -> None:
        self._connection.execute(
            f"insert into affected select distinct {self._key_hash}"
            f" from {self._feed.relation} where source_system = ?"
            " and extract_id in (select unnest(?::varchar[]))",
            [self._source_system, extract_ids],
        )

    def _find_contested(self) -> None:
        """Keys that have several rows; after a removal also those with one left.

        A new row begins as `current`, and most keys of a load are new: they are settled
        already. Hashes may collide, which costs a comparison and decides nothing.
        """
        several = (
            "create or replace temp table contested as select key_hash from ("
            f" select {self._key_hash} as key_hash from {self._feed.relation}"
            f" where {self._delivered})"
        )
        counted = " group by key_hash having count(*) > 1"
        delivered = [self._source_system, self._feed.name]
        if not self._is_anything_gone and self._is_mostly_new():
            self._connection.execute(several + counted, delivered)
            return
        self._affect(self._arrived)
        if self._is_anything_gone:
            self._connection.execute(
                "create or replace temp table contested as"
                " select distinct key_hash from affected"
            )
            return
        affected = " where key_hash in (select key_hash from affected)"
        self._connection.execute(several + affected + counted, delivered)

    def _is_mostly_new(self) -> bool:
        """Whether looking at every row costs less than finding the affected ones."""
        row = self._connection.execute(
            "select 2 * count(*) filter (extract_id in (select unnest(?::varchar[])))"
            f" > count(*) from {self._feed.relation}",
            [self._arrived],
        ).fetchone()
        return bool(row and row[0])
