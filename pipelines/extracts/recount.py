"""Counts of the ledger, taken from the tables and held to the files.

After a change the counts of every extract that it touched are queried back; what does
not add up to the records in the file rolls the change back.
"""

import json

import duckdb
from cryptography.fernet import Fernet

from pipelines.errors import FitmartError
from pipelines.extracts.feed import Feed
from pipelines.extracts.ledger import now, set_values
from pipelines.extracts.rejects import (
    KEY_CONFLICT,
    KEY_CONFLICT_REASON,
    KEY_CONFLICT_REMEDY,
)


def list_conflicts(
    connection: duckdb.DuckDBPyConnection, feed: Feed, cipher: Fernet
) -> None:
    """Make the rejects of key conflicts follow the rows that were just settled."""
    connection.execute(
        "delete from ops.rejects where rule = ? and (extract_id, record_number) in"
        " (select (extract_id, record_number) from settled where was = 'conflict')",
        [KEY_CONFLICT],
    )
    columns = ", ".join(f"raw.{name}::varchar" for name in feed.raw_columns)
    rows = connection.execute(
        f"select settled.extract_id, settled.record_number, {columns}"
        f" from settled inner join {feed.relation} as raw"
        " on raw.rowid = settled.row_id where settled.becomes = 'conflict'"
    ).fetchall()
    if not rows:
        return
    raws = [
        cipher.encrypt(_as_json(feed, values)).decode("ascii") for _, _, *values in rows
    ]
    connection.execute(
        "insert into ops.rejects select unnest(?::varchar[]), unnest(?::bigint[]), ?,"
        " null, ?, ?, ?, null, unnest(?::varchar[]), ?",
        [
            [row[0] for row in rows],
            [row[1] for row in rows],
            feed.name,
            KEY_CONFLICT,
            KEY_CONFLICT_REASON,
            KEY_CONFLICT_REMEDY,
            raws,
            now(),
        ],
    )


def recount(
    connection: duckdb.DuckDBPyConnection, feed: Feed, extract_ids: set[str]
) -> None:
    """Bring the counts of these extracts up to date.

    Raises:
        FitmartError: Records in a file are not loaded + rejected + superseded.
    """
    rows = connection.execute(
        "select extracts.extract_id, extracts.relative_path, records_in_file,"
        " coalesce(held.loaded, 0), coalesce(listed.rejected, 0),"
        " coalesce(held.superseded, 0), coalesce(held.tombstones, 0)"
        " from ops.extracts as extracts left join ("
        " select extract_id,"
        " count(record_number) filter (record_status in ('current', 'history'))"
        " as loaded,"
        " count(record_number) filter (record_status = 'superseded') as superseded,"
        " count(*) filter (record_number is null and is_deleted) as tombstones"
        f" from {feed.relation} where extract_id in (select unnest(?::varchar[]))"
        " group by extract_id) as held on held.extract_id = extracts.extract_id"
        " left join (select extract_id, count(*) as rejected from ops.rejects"
        " group by extract_id) as listed on listed.extract_id = extracts.extract_id"
        " where extracts.extract_id in (select unnest(?::varchar[]))",
        [sorted(extract_ids), sorted(extract_ids)],
    ).fetchall()
    for extract_id, path, records, loaded, rejected, superseded, tombstones in rows:
        if records != loaded + rejected + superseded:
            raise FitmartError(
                f"{records} records in the file are not {loaded} loaded + {rejected}"
                f" rejected + {superseded} superseded",
                file=path,
                rule="records_reconcile",
                remedy="Report this file; nothing of it was loaded.",
            )
        set_values(
            connection,
            extract_id,
            loaded_count=loaded,
            rejected_count=rejected,
            superseded_count=superseded,
            tombstone_count=tombstones,
        )


def _as_json(feed: Feed, values: list[str | None]) -> bytes:
    cells = dict(zip(feed.raw_columns, values, strict=True))
    return json.dumps(cells, ensure_ascii=False).encode()
