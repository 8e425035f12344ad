"""Inserting the rows of one extract into their raw table."""

from contextlib import nullcontext

import duckdb

from pipelines.extracts.contract import Contract
from pipelines.extracts.fast_read import in_any_order
from pipelines.extracts.feed import LINEAGE_COLUMNS, Feed
from pipelines.extracts.ledger import Extract
from pipelines.extracts.record_times import number_rank_sql
from pipelines.extracts.settle import content_hash_sql, identity_of
from pipelines.extracts.stage import Staged


class MisreadError(Exception):
    """A fast reading did not find every record; the file is read with more care."""


def insert_rows(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    extract: Extract,
    contract: Contract,
    staged: Staged,
) -> None:
    """Copy `staged` into the raw table; every row begins as `current`."""
    columns = list(feed.raw_columns)
    content_hash = _content_hash(feed, contract)
    unread = staged.unread
    relation = "staged" if unread is None else f"({unread.sql}) as staged"
    with (
        in_any_order(connection),
        unread.reading() if unread else nullcontext(()) as values,
    ):
        cursor = connection.execute(
            f"insert into {feed.relation} ({', '.join([*columns, *LINEAGE_COLUMNS])})"
            f" select {', '.join(columns)}, ?, ?, record_number, ?,"
            f" is_deleted, {_effective_at(contract)}, {content_hash}, 'current'"
            f" from {relation}",
            [extract.source_system, extract.extract_id, extract.loaded_at, *values],
        )
        inserted = cursor.fetchone()
    if unread and (inserted is None or inserted[0] != staged.records):
        raise MisreadError(extract.relative_path)


def _content_hash(feed: Feed, contract: Contract) -> str:
    """What tells versions of a key apart. Where a key has one row it is not needed,
    and costs as much as all else: without versions it is left to `settle.py`."""
    columns = list(feed.raw_columns)
    if contract.survey and contract.has_own_identity:
        # What people answered is part of what a response says, and kept elsewhere.
        return content_hash_sql([*columns, "answers_text"])
    is_ranked = identity_of(contract.records) == "ranked"
    return content_hash_sql(columns) if is_ranked else "null::varchar"


def _effective_at(contract: Contract) -> str:
    """The rank of a row: its time, or the version that an append contract names."""
    version = contract.records.version
    if version is None:
        return "effective_at"
    if version.type == "number":
        return number_rank_sql("record_version")
    return "record_version"
