"""Holds the raw tables and the rejects against the ledger, extract by extract.

What the ledger says about itself is `ledger.py`'s business.
"""

from collections.abc import Iterator

import duckdb

from pipelines.publishing.content import quoted
from pipelines.publishing.outcome import Refusal

HOLDS_ROWS = ("loaded", "accepted", "stale_contract")
"""Statuses of extracts whose rows stand in a raw table."""

COUNTS = ("loaded", "rejected", "superseded", "tombstones", "derived")


def different_from_ledger(
    connection: duckdb.DuckDBPyConnection, feeds: list[str]
) -> Iterator[Refusal]:
    """Loaded extracts of which the tables hold more or less than the ledger says.

    Rows in the raw table of another feed, such as the answers of a response, are
    derived ones.
    """
    rows = connection.execute(
        f"""
        with held as ({_held(feeds)}),
        own as (
            select held.*
            from held
            inner join ops.extracts as extracts
                on held.extract_id = extracts.extract_id
                and held.feed = extracts.feed
        ),
        derived as (
            select held.extract_id, sum(held.row_count) as row_count
            from held
            inner join ops.extracts as extracts
                on held.extract_id = extracts.extract_id
                and held.feed <> extracts.feed
            group by held.extract_id
        ),
        rejected as (
            select extract_id, count(*) as row_count
            from ops.rejects
            group by extract_id
        ),
        compared as (
            select
                extracts.extract_id,
                extracts.feed,
                extracts.relative_path,
                [
                    extracts.loaded_count, extracts.rejected_count,
                    extracts.superseded_count, extracts.tombstone_count,
                    extracts.derived_count
                ] as stated,
                [
                    coalesce(own.loaded, 0), coalesce(rejected.row_count, 0),
                    coalesce(own.superseded, 0), coalesce(own.tombstones, 0),
                    coalesce(derived.row_count, 0)
                ] as counted
            from ops.extracts as extracts
            left join own on extracts.extract_id = own.extract_id
            left join derived on extracts.extract_id = derived.extract_id
            left join rejected on extracts.extract_id = rejected.extract_id
            where extracts.status = 'loaded'
        )
        select * from compared
        where stated is distinct from counted
        order by relative_path, extract_id
        """
    ).fetchall()
    for extract_id, feed, path, stated, counted in rows:
        differences = [
            f"{name}: {there} instead of {claimed}"
            for name, claimed, there in zip(COUNTS, stated, counted, strict=True)
            if claimed != there
        ]
        yield Refusal(
            "extract_rows_in_tables",
            f"raw_{feed} and ops.rejects do not hold what the ledger says of extract "
            f"{path} ({'; '.join(differences)})",
            (f"extract {extract_id}, file {path}",),
            f"Load it again: {commands(extract_id, 'reload')}.",
        )


def of_no_extract(
    connection: duckdb.DuckDBPyConnection, feeds: list[str]
) -> Iterator[Refusal]:
    """Rows of extracts that the ledger does not know, or that were taken out."""
    rows = connection.execute(
        f"""
        with held as ({_held(feeds)})
        select held.feed, held.extract_id, held.row_count, extracts.status
        from held
        left join ops.extracts as extracts on held.extract_id = extracts.extract_id
        where not coalesce(list_contains(?, extracts.status), false)
        order by held.feed, held.extract_id
        """,
        [list(HOLDS_ROWS)],
    ).fetchall()
    for feed, extract_id, row_count, status in rows:
        why = f"is {status}" if status else "is not in the ledger"
        yield Refusal(
            "rows_of_no_extract",
            f"raw_{feed} holds {row_count} rows of extract {extract_id}, which {why}",
            (f"extract {extract_id}",),
            "Restore the home from a backup (fitmart restore), or begin a new one.",
        )


def _held(feeds: list[str]) -> str:
    """What every raw table holds of every extract."""
    return " union all ".join(
        f"""
        select
            '{feed}' as feed,
            extract_id,
            count(record_number) filter (
                where record_status in ('current', 'history')
            ) as loaded,
            count(record_number) filter (
                where record_status = 'superseded'
            ) as superseded,
            count(*) filter (where record_number is null and is_deleted) as tombstones,
            count(*) as row_count
        from {quoted(f"raw_{feed}")}
        group by extract_id
        """
        for feed in feeds
    )


def commands(extract_id: str, *verbs: str) -> str:
    """The commands with which a person decides about an extract."""
    return " or ".join(
        f"`fitmart extracts {verb} {extract_id} --reason …`" for verb in verbs
    )
