"""Holds the ledger of extracts against itself and against the raw tables.

One reason per extract that blocks a publication. What the ledger says is written by
`pipelines/extracts`; nothing is changed in here.
"""

import re
from collections.abc import Iterator

import duckdb

from pipelines.errors import FitmartError
from pipelines.publishing.content import quoted
from pipelines.publishing.outcome import Refusal

BLOCKING_STATUSES = ("refused", "stale_contract")
HOLDS_ROWS = ("loaded", "accepted", "stale_contract")
"""Statuses of extracts whose rows stand in a raw table."""

FEED = re.compile(r"[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}")
EXAMPLES = 5


def extract_refusals(connection: duckdb.DuckDBPyConnection) -> Iterator[Refusal]:
    """Every extract that blocks the publication of the build that is open.

    Raises:
        FitmartError: The ledger names something that is not a feed.
    """
    yield from _blocking(connection)
    yield from _unbalanced(connection)
    for feed in _feeds(connection):
        yield from _different_from_raw(connection, feed)


def _blocking(connection: duckdb.DuckDBPyConnection) -> Iterator[Refusal]:
    rows = connection.execute(
        "select extract_id, relative_path, status, refusal_rule, refusal_reason, "
        "remedy from ops.extracts where status in (?, ?) order by relative_path",
        list(BLOCKING_STATUSES),
    ).fetchall()
    for extract_id, path, status, rule, reason, remedy in rows:
        if status == "refused":
            problem = f"extract {path} was refused: {reason} [{rule}]"
            commands = _commands(extract_id, "reload", "withdraw", "accept")
        else:
            problem = f"extract {path} was read under a contract that has changed"
            commands = _commands(extract_id, "reload", "accept")
        advice = f"{remedy} Then" if remedy else "Decide:"
        yield Refusal(
            f"extract_{status}",
            problem,
            (f"extract {extract_id}, file {path}",),
            f"{advice} {commands}",
        )


def _commands(extract_id: str, *verbs: str) -> str:
    return " or ".join(
        f"`fitmart extracts {verb} {extract_id} --reason …`" for verb in verbs
    )


def _unbalanced(connection: duckdb.DuckDBPyConnection) -> Iterator[Refusal]:
    """Loaded extracts whose counts do not add up; an absent count is no count."""
    rows = connection.execute(
        "select extract_id, relative_path, records_in_file, loaded_count, "
        "rejected_count, superseded_count from ops.extracts "
        "where status = 'loaded' and records_in_file is distinct from "
        "loaded_count + rejected_count + superseded_count order by relative_path"
    ).fetchall()
    for extract_id, path, records, loaded, rejected, superseded in rows:
        yield Refusal(
            "extract_reconciles",
            f"extract {path} has {records} records, and the ledger has {loaded} "
            f"loaded + {rejected} rejected + {superseded} superseded",
            (f"extract {extract_id}, file {path}",),
            f"Load it again: {_commands(extract_id, 'reload')}.",
        )


def _feeds(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Every feed that has a raw table or that the ledger names."""
    rows = connection.execute(
        "select feed from ops.extracts union "
        "select substr(table_schema, 5) || '.' || table_name "
        "from information_schema.tables "
        "where starts_with(table_schema, 'raw_') and table_catalog = 'build' "
        "order by 1"
    ).fetchall()
    feeds = [str(row[0]) for row in rows]
    for feed in feeds:
        if not FEED.fullmatch(feed):
            raise FitmartError(
                f"the ledger names '{feed}', which is not a feed",
                where="ops.extracts",
                rule="feed_is_declared",
                remedy="Restore the home from a backup: fitmart restore.",
            )
    return feeds


def _different_from_raw(
    connection: duckdb.DuckDBPyConnection, feed: str
) -> Iterator[Refusal]:
    """Extracts of which the raw table holds more or fewer rows than the ledger says.

    Tombstones have no record number. Rows that a record is spread over, beyond its
    first, are counted as derived.
    """
    rows = connection.execute(
        f"""
        with held as (
            select
                extract_id,
                count(*) filter (
                    where record_number is not null
                    and record_status in ('current', 'history')
                ) as rows_held,
                count(*) filter (where record_number is null) as tombstones_held
            from {quoted(f"raw_{feed}")}
            group by extract_id
        ),
        stated as (
            select
                extract_id,
                relative_path,
                loaded_count + coalesce(derived_count, 0) as rows_stated,
                coalesce(tombstone_count, 0) as tombstones_stated,
                status
            from ops.extracts
            where feed = ?
        )
        select
            coalesce(stated.extract_id, held.extract_id) as extract_id,
            coalesce(stated.relative_path, 'not in the ledger') as relative_path,
            coalesce(stated.rows_stated, 0) + coalesce(stated.tombstones_stated, 0),
            coalesce(held.rows_held, 0) + coalesce(held.tombstones_held, 0)
        from stated
        full join held on stated.extract_id = held.extract_id
        where
            (
                stated.status = 'loaded'
                and (
                    stated.rows_stated is distinct from coalesce(held.rows_held, 0)
                    or stated.tombstones_stated
                    is distinct from coalesce(held.tombstones_held, 0)
                )
            )
            or (
                held.extract_id is not null
                and (
                    stated.extract_id is null
                    or not list_contains(?, stated.status)
                )
            )
        order by relative_path, extract_id
        """,
        [feed, list(HOLDS_ROWS)],
    ).fetchall()
    for extract_id, path, stated, held in rows:
        yield Refusal(
            "extract_rows_in_raw_table",
            f"raw_{feed} holds {held} rows of extract {path}, and the ledger "
            f"accounts for {stated}",
            (f"extract {extract_id}, file {path}",),
            f"Load it again: {_commands(extract_id, 'reload')}.",
        )
