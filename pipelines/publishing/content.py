"""What a table holds, in two values that do not depend on the order of its rows.

Imported by the process that verifies, so it imports next to nothing.
"""

from typing import NamedTuple

import duckdb


class Content(NamedTuple):
    """How many rows a table has, and a hash of them all."""

    row_count: int
    content_hash: str


def quoted(relation: str) -> str:
    """`schema.table` with each part quoted, since a table may be named `order`."""
    return ".".join(f'"{part}"' for part in relation.split("."))


def measure(connection: duckdb.DuckDBPyConnection, relation: str) -> Content:
    """Count and hash the rows of a table or of a bracketed query.

    Row hashes are added, not xored: a row that is there twice must not cancel out.
    The hash of a row depends on the types of its columns, so both sides of a
    comparison have to be cast alike.
    """
    query = (
        "select count(*), coalesce(sum(cast(hash(entry) as hugeint)), 0) "
        f"from {relation} as entry"
    )
    row = connection.execute(query).fetchone()
    if row is None:
        raise AssertionError("an aggregate without groups returns one row")
    return Content(int(row[0]), f"{int(row[1]):024x}")
