"""Holds the ledger of extracts against itself and against the raw tables.

One reason per extract that blocks a publication. What the ledger says is written by
`pipelines/extracts`; nothing is changed in here.
"""

import re
from collections.abc import Iterator

import duckdb

from pipelines.errors import FitmartError
from pipelines.publishing.outcome import Refusal
from pipelines.publishing.raw_tables import (
    commands,
    different_from_ledger,
    of_no_extract,
)

BLOCKING_STATUSES = ("refused", "stale_contract")

FEED = re.compile(r"[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}")


def extract_refusals(connection: duckdb.DuckDBPyConnection) -> Iterator[Refusal]:
    """Every extract that blocks the publication of the build that is open.

    Raises:
        FitmartError: The ledger names something that is not a feed.
    """
    yield from _blocking(connection)
    yield from _unbalanced(connection)
    feeds = _feeds(connection)
    if feeds:
        yield from different_from_ledger(connection, feeds)
        yield from of_no_extract(connection, feeds)


def _blocking(connection: duckdb.DuckDBPyConnection) -> Iterator[Refusal]:
    rows = connection.execute(
        "select extract_id, relative_path, status, refusal_rule, refusal_reason, "
        "remedy from ops.extracts where status in (?, ?) order by relative_path",
        list(BLOCKING_STATUSES),
    ).fetchall()
    for extract_id, path, status, rule, reason, remedy in rows:
        if status == "refused":
            problem = f"extract {path} was refused: {reason} [{rule}]"
            advice = commands(extract_id, "reload", "withdraw", "accept")
        else:
            problem = f"extract {path} was read under a contract that has changed"
            advice = commands(extract_id, "reload", "accept")
        introduction = f"{remedy} Then" if remedy else "Decide:"
        yield Refusal(
            f"extract_{status}",
            problem,
            (f"extract {extract_id}, file {path}",),
            f"{introduction} {advice}",
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
            f"Load it again: {commands(extract_id, 'reload')}.",
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
