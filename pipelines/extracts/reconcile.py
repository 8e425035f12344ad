"""Holds what was delivered against what stands in the tables, feed by feed.

Pure comparison of two worlds: the counts that were taken while files were read, and
the rows that are in the build now. The gate demands every outcome of these checks;
Dagster shows them on the feed.
"""

from collections import defaultdict
from collections.abc import Iterable

import duckdb

from pipelines.extracts.contract import Contract
from pipelines.extracts.feed import Feed, load_feeds
from pipelines.publishing.outcome import CheckOutcome

RECONCILED = "records_in_files_equal_records_in_tables"
DRIFT = "schema_drift_is_accepted"
REJECTS = "rejects_stay_within_limit"

CHECKS = {
    RECONCILED: "Records counted in the files = rows in the raw table + rejects + "
    "superseded copies, and no extract is refused or waits for a decision.",
    DRIFT: "No extract was refused for columns that its contract does not expect.",
    REJECTS: "The share of rejected records of every extract stays within the limit "
    "of its contract.",
}
"""The checks that every feed has, and what they claim."""

EXAMPLES = 5
BLOCKING = ("refused", "stale_contract")


def check_id(feed: str, check: str) -> str:
    """Name of a check of a feed: `crm.accounts.schema_drift_is_accepted`."""
    return f"{feed}.{check}"


def blocking_check_names() -> frozenset[str]:
    """Every check that has to have passed before a build is published."""
    return frozenset(check_id(feed, check) for feed in load_feeds() for check in CHECKS)


def feed_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """For each feed its rows, and its extracts and records by what became of them."""
    rows = {name: held for name, held, _, _ in _rows_by_feed(connection)}
    counts = {
        name: {
            "rows": rows[name],
            "extracts_loaded": 0,
            "extracts_refused": 0,
            "records_rejected": 0,
        }
        for name in load_feeds()
    }
    for feed, loaded, refused, rejected in connection.execute(
        "select feed, count(*) filter (status in ('loaded', 'stale_contract')), "
        "count(*) filter (status = 'refused'), "
        "cast(coalesce(sum(rejected_count) filter (status = 'loaded'), 0) as bigint) "
        "from ops.extracts group by feed"
    ).fetchall():
        counts[feed].update(
            extracts_loaded=loaded, extracts_refused=refused, records_rejected=rejected
        )
    return counts


def feed_outcomes(
    connection: duckdb.DuckDBPyConnection, contracts: Iterable[Contract]
) -> tuple[CheckOutcome, ...]:
    """The outcome of every check of every feed."""
    limits = {one.contract: one.records.max_reject_rate for one in contracts}
    unsettled = _unsettled(connection)
    return (
        *_reconciled(connection, unsettled),
        *_drift_accepted(connection),
        *_rejects_within_limit(connection, limits),
    )


def _reconciled(
    connection: duckdb.DuckDBPyConnection, unsettled: dict[str, list[str]]
) -> Iterable[CheckOutcome]:
    expected = {
        feed: (records, rejected)
        for feed, records, rejected in connection.execute(
            "select feed, cast(sum(records_in_file) as bigint), "
            "cast(sum(rejected_count) as bigint) "
            "from ops.extracts where status = 'loaded' group by feed"
        ).fetchall()
    }
    rejects = dict(
        connection.execute(
            "select extracts.feed, count(*) from ops.rejects as rejects "
            "inner join ops.extracts as extracts "
            "on rejects.extract_id = extracts.extract_id "
            "where extracts.status = 'loaded' group by extracts.feed"
        ).fetchall()
    )
    for name, _, loaded, superseded in _rows_by_feed(connection):
        records, _ = expected.get(name, (0, 0))
        rejected = rejects.get(name, 0)
        observed = loaded + rejected + superseded
        waiting = unsettled.get(name, [])
        yield CheckOutcome(
            name=check_id(name, RECONCILED),
            passed=records == observed and not waiting,
            expected=f"{records} records",
            observed=f"{loaded} loaded + {rejected} rejected + {superseded} superseded"
            + (f", {len(waiting)} extracts undecided" if waiting else ""),
            difference=str(observed - records),
            examples=tuple(waiting[:EXAMPLES])
            or _unbalanced(connection, name, records != observed),
            remedy="See `fitmart extracts list`; reload, withdraw or accept what it "
            "names.",
        )


def _rows_by_feed(
    connection: duckdb.DuckDBPyConnection,
) -> list[tuple[str, int, int, int]]:
    """For each feed: current rows, records loaded, records superseded.

    Rows that come from a record of another feed, such as the answers of a response,
    are counted as rows, and their record where it was delivered.
    """
    parts = [_rows_sql(feed) for feed in load_feeds().values()]
    return connection.execute(" union all ".join(parts)).fetchall()


def _rows_sql(feed: Feed) -> str:
    return f"""
        select
            '{feed.name}' as feed,
            count(*) filter (raw.record_status = 'current') as rows,
            count(raw.record_number) filter (
                raw.record_status in ('current', 'history')
                and extracts.status = 'loaded'
            ) as loaded,
            count(raw.record_number) filter (
                raw.record_status = 'superseded'
                and extracts.status = 'loaded'
            ) as superseded
        from {feed.relation} as raw
        left join ops.extracts as extracts
            on raw.extract_id = extracts.extract_id
            and extracts.feed = '{feed.name}'
    """


def _unbalanced(
    connection: duckdb.DuckDBPyConnection, feed: str, is_wanted: bool
) -> tuple[str, ...]:
    """Extracts of which the table does not hold what the ledger says."""
    if not is_wanted:
        return ()
    rows = connection.execute(
        f"""
        with held as (
            select extract_id, count(record_number) as records
            from {load_feeds()[feed].relation}
            where record_status in ('current', 'history')
            group by extract_id
        )
        select extracts.relative_path, extracts.loaded_count, held.records
        from ops.extracts as extracts
        left join held on extracts.extract_id = held.extract_id
        where extracts.feed = ? and extracts.status = 'loaded'
            and extracts.loaded_count <> coalesce(held.records, 0)
        order by extracts.relative_path
        limit {EXAMPLES}
        """,
        [feed],
    ).fetchall()
    return tuple(
        f"{path}: {loaded} loaded, {held or 0} in the table"
        for path, loaded, held in rows
    )


def _unsettled(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Extracts that wait for a decision, as sentences by feed."""
    waiting: dict[str, list[str]] = defaultdict(list)
    for feed, extract_id, path, status, reason in connection.execute(
        "select feed, extract_id, relative_path, status, refusal_reason "
        "from ops.extracts where status in (?, ?) order by relative_path",
        list(BLOCKING),
    ).fetchall():
        why = reason if status == "refused" else "its contract has changed since"
        waiting[feed].append(f"{path} (extract {extract_id}): {why}")
    return waiting


def _drift_accepted(
    connection: duckdb.DuckDBPyConnection,
) -> Iterable[CheckOutcome]:
    refused: dict[str, list[str]] = defaultdict(list)
    for feed, path, kind, column in connection.execute(
        "select extracts.feed, extracts.relative_path, drift.kind, drift.column_name "
        "from ops.drift as drift inner join ops.extracts as extracts "
        "on drift.extract_id = extracts.extract_id "
        "where drift.decision = 'refused' and extracts.status = 'refused' "
        "order by extracts.relative_path, drift.column_name"
    ).fetchall():
        refused[feed].append(f"{path}: column {column} is {kind}")
    for feed in load_feeds():
        found = refused.get(feed, [])
        yield CheckOutcome(
            name=check_id(feed, DRIFT),
            passed=not found,
            expected="0 refused columns",
            observed=f"{len(found)} refused columns",
            difference=str(len(found)),
            examples=tuple(found[:EXAMPLES]),
            remedy="Declare the column in the contract, or set its `drift` to accept.",
        )


def _rejects_within_limit(
    connection: duckdb.DuckDBPyConnection, limits: dict[str, float]
) -> Iterable[CheckOutcome]:
    above: dict[str, list[str]] = defaultdict(list)
    worst: dict[str, float] = defaultdict(float)
    for feed, contract, path, records, rejected, refusal in connection.execute(
        "select feed, contract_name, relative_path, records_in_file, rejected_count,"
        " refusal_reason from ops.extracts where records_in_file > 0 and"
        " (status = 'loaded' or (status = 'refused' and refusal_rule = 'reject_share'))"
        " order by relative_path"
    ).fetchall():
        if refusal is not None:
            # Nothing of it was loaded, and the ledger counts all of it as rejected.
            above[feed].append(f"{path}: {refusal}")
            continue
        share = rejected / records
        limit = limits.get(contract, 0.0)
        worst[feed] = max(worst[feed], share)
        if share > limit:
            above[feed].append(f"{path}: {rejected} of {records}, limit {limit:.2%}")
    for feed in load_feeds():
        found = above.get(feed, [])
        yield CheckOutcome(
            name=check_id(feed, REJECTS),
            passed=not found,
            expected="no extract above the limit of its contract",
            observed=f"{len(found)} extracts above; largest share of a loaded one"
            f" {worst[feed]:.2%}",
            difference=str(len(found)),
            examples=tuple(found[:EXAMPLES]),
            remedy="See `fitmart rejects show`; correct the contract or the file.",
        )
