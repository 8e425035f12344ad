"""Tombstones: what a snapshot deletes by leaving it out.

They are a function of the set of snapshots that are loaded. When one comes or goes,
those of itself and of its successor change, and no others. A snapshot with rejected
records is not the whole truth: it deletes nothing, and the next whole one makes up.
"""

import duckdb

from pipelines.extracts.feed import LINEAGE_COLUMNS, Feed
from pipelines.extracts.settle import key_columns

_HOLDING = (
    "loaded_at is not null and status in ('loaded', 'stale_contract', 'accepted')"
)


def loaded_snapshots(
    connection: duckdb.DuckDBPyConnection, feed: Feed, source_system: str
) -> list[tuple[str, bool]]:
    """Snapshots that hold rows, in the order of their time, and whether each is whole.

    Equal times are ordered by content, so that arrival decides nothing.
    """
    rows: list[tuple[str, bool]] = connection.execute(
        "select extract_id, rejected_count = 0 from ops.extracts"
        f" where feed = ? and source_system = ? and {_HOLDING}"
        " order by effective_at, content_hash, extract_id",
        [feed.name, source_system],
    ).fetchall()
    return rows


def successor(snapshots: list[tuple[str, bool]], extract_id: str) -> str | None:
    """The next whole snapshot after this one."""
    names = [name for name, _ in snapshots]
    after = snapshots[names.index(extract_id) + 1 :]
    return next((name for name, is_whole in after if is_whole), None)


def replace_tombstones(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    snapshots: list[tuple[str, bool]],
    extract_id: str,
) -> None:
    """Bury what was known before this snapshot and is not in it.

    A tombstone keeps the values that its key had last, so that required columns stay
    filled, and takes the time of the snapshot.
    """
    connection.execute(
        f"delete from {feed.relation} where extract_id = ? and record_number is null",
        [extract_id],
    )
    names = [name for name, _ in snapshots]
    position = names.index(extract_id)
    if not snapshots[position][1]:
        return
    first = max((n for n in range(position) if snapshots[n][1]), default=0)
    known = names[first:position]
    if not known:
        return
    keys = key_columns(feed)
    same_key = " and ".join(
        f"this.{key} is not distinct from known.{key}" for key in keys
    )
    known_key = ", ".join(f"known.{key}" for key in keys)
    columns = ", ".join(f"known.{name}" for name in feed.raw_columns)
    connection.execute(
        f"insert into {feed.relation}"
        f" ({', '.join([*feed.raw_columns, *LINEAGE_COLUMNS])})"
        f" select {columns}, known.source_system, extracts.extract_id, null,"
        " extracts.loaded_at, true, extracts.effective_at, known.content_hash,"
        " 'current'"
        f" from {feed.relation} as known"
        " cross join (select * from ops.extracts where extract_id = ?) as extracts"
        " where known.extract_id in (select unnest(?::varchar[]))"
        " and known.record_number is not null"
        f" and not exists (select 1 from {feed.relation} as this"
        " where this.extract_id = extracts.extract_id"
        f" and this.record_number is not null and {same_key})"
        f" qualify row_number() over (partition by {known_key}"
        " order by list_position(?::varchar[], known.extract_id) desc,"
        " known.content_hash desc, known.record_number) = 1",
        [extract_id, known, known],
    )
